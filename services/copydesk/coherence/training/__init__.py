"""Training of the classifiers; the command is `python -m copydesk.coherence.train` (extra `train`)."""

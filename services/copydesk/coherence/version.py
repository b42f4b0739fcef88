"""Name and versions of the stage, as its declaration and the provenance of each article carry them."""

NAME = "coherence"
VERSION = "1.1.0"

MODEL_VERSION = "1.0.0"
"""Version of the trained heads: it changes when they are trained anew, not with the rules around them."""

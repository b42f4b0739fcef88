"""Name and versions of the stage, as its declaration and the provenance of each article carry them."""

NAME = "coherence"
VERSION = "1.2.0"

MODEL_VERSION = "2.0.0"
"""Version of the trained heads: it changes when they are trained anew, not with the rules around them."""

"""Name and version of the stage, as its declaration and the provenance of each article carry them."""

NAME = "coherence"
VERSION = "1.1.0"

"""Name and version of the stage, as its declaration and the provenance of each article carry them."""

NAME = "cleaner"
VERSION = "0.7.0"

"""The learned part of the cleaner: features of blocks, the block model, and its training."""

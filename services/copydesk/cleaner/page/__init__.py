"""An HTML page: its limits, its tree, its text blocks, and what it says of itself."""

"""Articles and messages on a terminal, as pictures and as lines of JSON."""

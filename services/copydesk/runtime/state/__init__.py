"""State of stages: rows by key with a changelog, restored before the first input; and read-only tables."""

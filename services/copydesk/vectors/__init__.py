"""Static sentence vectors for cleaner and coherence; their issue puts table, card and training here."""

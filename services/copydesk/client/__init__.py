"""What other programs import: publish articles, consume enriched ones."""

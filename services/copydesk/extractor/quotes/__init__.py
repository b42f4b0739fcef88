"""Quotations: their spans, cues and the mentions of their speakers."""

"""Turns: interviews and transcripts, where a label before the words says who speaks."""

"""Articles as a person reads them: in a terminal (needs rich, the extra `cli`), or as a picture."""

"""Articles in files: text, HTML, JSON, NDJSON and tables, for `publish` and `process`."""

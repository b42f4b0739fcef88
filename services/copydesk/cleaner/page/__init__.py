"""Metadata of an HTML page: headline, authors, time of publication, address, site and language."""

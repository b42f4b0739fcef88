"""Entities: the names of an article, the things that they stand for, and the pronouns for them."""

"""Decimals that numbers are rounded to, so that all processors give the same document."""

FEATURE_DECIMALS = 4
"""Decimals of a feature. Processors differ in the last digits of a matrix product; the branch of a tree must not."""

PUBLISHED_DECIMALS = 4
"""Decimals of a published number. More would be noise, and would differ between processors."""

"""Copies of texts and quotations across articles. Pure: no Kafka, no clock; the order of the articles decides.

`fingerprints` and `copies` find articles of the same text on other sites, `quotations` the same words said elsewhere,
`changes` what was changed in them, `versions` what changed from one version of an article to the next.
"""

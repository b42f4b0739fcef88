"""The gazetteer: towns, countries and states of GeoNames, and which of them a name in an article is."""

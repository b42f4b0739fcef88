"""Memory of sites: texts that stand in several stories of one site are its furniture.

`keys` makes comparable keys of texts, `look` finds furniture in an article by a site's record, `learning` makes that
record from the articles of a site. All are pure: no clock, no broker.
"""

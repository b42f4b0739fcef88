"""Colours that colour-blind readers can distinguish: Okabe and Ito's for names, cividis for a scale."""

from __future__ import annotations

OKABE_ITO = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
"""Colours of categories (https://jfly.uni-koeln.de/color/), without yellow, which is invisible on white."""

CIVIDIS = ("#00224E", "#35456C", "#666970", "#948E77", "#C8B866", "#FEE838")
"""Six even steps of the scale (Nunez, Anderton, Renslow 2018); they also differ in lightness alone."""

LOW, HIGH = 0.0, 0.6
"""Relevances at the ends of the scale: an off-topic paragraph has about 0, a central one 0.6."""


def shade(relevance: float) -> str:
    """Background colour of a relevance; dark is irrelevant.

    >>> shade(-0.2), shade(0.3), shade(1)
    ('#00224E', '#948E77', '#FEE838')
    """
    step = (relevance - LOW) / (HIGH - LOW) * len(CIVIDIS)
    return CIVIDIS[min(len(CIVIDIS) - 1, max(0, int(step)))]


def text_colour(relevance: float) -> str:
    """Text colour on the background of a relevance: black or white.

    >>> text_colour(0), text_colour(1)
    ('#FFFFFF', '#000000')
    """
    return "#FFFFFF" if CIVIDIS.index(shade(relevance)) < 3 else "#000000"

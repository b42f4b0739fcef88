"""Colours that also the colour-blind tell apart: Okabe and Ito's for names, cividis for a scale."""

from __future__ import annotations

OKABE_ITO = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
"""For things of different names (https://jfly.uni-koeln.de/color/), without yellow, which no white page shows."""

CIVIDIS = ("#00224E", "#35456C", "#666970", "#948E77", "#C8B866", "#FEE838")
"""Six even steps of the scale (Nunez, Anderton, Renslow 2018): lightness alone tells them apart."""

LOW, HIGH = 0.0, 0.6
"""The relevances between which a band changes its colour: a foreign paragraph has about 0, one at the centre .6."""


def shade(relevance: float) -> str:
    """The colour of a relevance, dark for what does not belong.

    >>> shade(-0.2), shade(0.3), shade(1)
    ('#00224E', '#948E77', '#FEE838')
    """
    step = (relevance - LOW) / (HIGH - LOW) * len(CIVIDIS)
    return CIVIDIS[min(len(CIVIDIS) - 1, max(0, int(step)))]


def ink(relevance: float) -> str:
    """Black or white, whichever is read better on that shade.

    >>> ink(0), ink(1)
    ('#FFFFFF', '#000000')
    """
    return "#FFFFFF" if CIVIDIS.index(shade(relevance)) < 3 else "#000000"

"""Salience: the share of an article that is about a thing."""

from __future__ import annotations

import math

from copydesk.extractor.entities.clusters import Cluster


def measure_salience(cluster: Cluster, most: int, length: int) -> float:
    """Salience of a thing, 0 to 1: how often, how early, in the title or not, quoted or not.

    Args:
        cluster: The thing.
        most: Mentions of the most frequent thing.
        length: Length of the article in code points.
    """
    # shares by hand on GUM: whether a summary names it depends on how early it comes more than on how often
    often = math.sqrt(len(cluster.mentions) / max(1, most))
    body = [mention.start for mention in cluster.mentions if mention.section == "body"]
    early = 1 - (body[0] / max(1, length)) if body else 1.0
    titled = any(mention.section == "title" for mention in cluster.mentions)
    return round(min(1.0, 0.3 * often + 0.5 * early + 0.15 * titled + 0.05 * bool(cluster.quotes_said)), 4)

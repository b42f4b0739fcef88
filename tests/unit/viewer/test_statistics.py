"""Statistics of the newest articles."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from copydesk.viewer.names import Name, name_key
from copydesk.viewer.statistics import compute_statistics, histogram
from copydesk.viewer.summary import Summary


def article(*said: tuple[str, int], **fields: Any) -> tuple[Summary, tuple[Name, ...]]:
    place = {"id": "a", "state": "scored", "topic": "articles.scored", "partition": 0, "offset": 0}
    names = tuple(Name("person", name_key(name, "person"), name, (), count, 1) for name, count in said)
    return Summary(**{**place, "arrived": 0, "updated": 0, **fields}), names


def test_the_figures_of_a_few_articles() -> None:
    statistics = compute_statistics(
        [
            article(("Ana Ruiz", 2), ("Bo Lind", 1), noise=0.1, score=0.95, quotes=3, structure="single"),
            article(("Mayor Ana Ruiz", 1), noise=0.3, score=0.15, quotes=2, structure="mixed"),
            article(state="cleaned", noise=0.8),
            article(state="dead", stage="cleaner", reason="invalid"),
        ]
    )
    assert statistics.articles == 4
    assert statistics.states == {"scored": 2, "cleaned": 1, "dead": 1}
    assert statistics.reasons == {"cleaner: invalid": 1}
    assert statistics.noise.median == 0.3
    assert statistics.scores.counts == (0, 1, 0, 0, 0, 0, 0, 0, 0, 1)
    assert statistics.structures == {"single": 1, "mixed": 1}
    assert [(each.name, each.quotes, each.articles) for each in statistics.quoted] == [
        ("Ana Ruiz", 3, 2),
        ("Bo Lind", 1, 1),
    ]
    assert statistics.quotes == 5


def test_articles_are_counted_by_day_and_by_site() -> None:
    day = 86_400_000
    statistics = compute_statistics(
        [
            article(site="b.example", published=0, arrived=9 * day, noise=0.2, score=0.9, quotes=2),
            article(site="a.example", published=day + 5, arrived=9 * day, noise=0.4),
            article(site="b.example", arrived=day, noise=0.6, score=0.5, quotes=1),
        ]
    )
    assert statistics.days == (("1970-01-01", 1, 2), ("1970-01-02", 2, 1))
    assert [(site.site, site.articles, site.quotes, site.removed, site.score) for site in statistics.sites] == [
        ("b.example", 2, 3, 0.4, 0.7),
        ("a.example", 1, 0, 0.4, None),
    ]
    assert statistics.other_sites == 0
    many = compute_statistics([article(site=f"{number}.example") for number in range(40)])
    assert (len(many.sites), many.other_sites) == (25, 15)


def test_no_articles_have_no_figures() -> None:
    statistics = compute_statistics([])
    assert (statistics.articles, statistics.noise.median, statistics.quoted) == (0, None, ())


@given(st.lists(st.floats(0, 1) | st.none(), max_size=50))
def test_every_value_is_in_one_bin(values: list[float | None]) -> None:
    known = [value for value in values if value is not None]
    statistics = histogram(values)
    assert sum(statistics.counts) == len(known)
    assert statistics.median is None if not known else min(known) <= (statistics.median or 0) <= max(known)

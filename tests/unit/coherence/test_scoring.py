"""Scores of whole articles: one story, several stories, hostile input."""

from __future__ import annotations

from itertools import chain

import pytest

from copydesk.coherence import CoherenceSettings, stage
from copydesk.contracts.articles import Reason, ScoredArticle
from unit.coherence.articles import BRIDGE, COOKS, article, check_document, measure, plain_article, require, score


def test_one_story_has_no_flag_and_a_high_score() -> None:
    result = measure(BRIDGE)
    assert result.status == "ok"
    assert result.structure == "single"
    assert [unit.flag for unit in result.units] == ["none"] * len(BRIDGE)
    assert require(result.score) > 0.6
    assert result.score == result.raw_score


def test_removed_blocks_are_flagged_but_do_not_lower_the_published_score() -> None:
    removed: list[tuple[Reason, str]] = [("related", COOKS[0]), ("promo", "Subscribe to our newsletter")]
    result = measure([*BRIDGE, *removed])
    assert [unit.block for unit in result.units] == list(range(len(BRIDGE) + 2))
    assert result.units[7].flag == "off_topic"
    assert "removed by the cleaner as related" in result.units[7].reasons
    assert "kept by the cleaner" not in result.units[7].reasons
    assert require(result.raw_score) < 0.5
    assert require(result.score) > 0.6
    assert result.structure == "single"


@pytest.mark.parametrize(
    ("mixed", "structure"),
    [
        (list(chain.from_iterable(zip(BRIDGE, COOKS, strict=False))), {"mixed"}),
        ([*BRIDGE[:4], *COOKS[:4]], {"multi_story", "tail"}),
    ],
    ids=["alternating", "one after the other"],
)
def test_two_stories_in_one_score_lower_than_either(mixed: list[str], structure: set[str]) -> None:
    result = measure(mixed, title=None)
    assert (
        require(result.score)
        < 0.5
        < min(require(measure(BRIDGE, title=None).score), require(measure(COOKS, title=None).score))
    )
    assert result.structure in structure
    assert require(result.two_topic_ratio) > require(measure(BRIDGE, title=None).two_topic_ratio)


def test_an_extraction_without_a_parse_is_degraded() -> None:
    result = score(article(BRIDGE, degraded=True)).coherence
    assert result.status == "degraded"
    assert require(result.score) > 0.5


def test_other_languages_are_scored_by_their_words() -> None:
    german = [
        "Der Stadtrat von Altenhafen hat am Dienstag beschlossen, die Hafenbrücke nach dem Sturm wieder zu öffnen.",
        "Die Bürgermeisterin sagte dem Stadtrat, die Reparatur der Hafenbrücke habe drei Millionen Euro gekostet.",
        "Über die Hafenbrücke fahren täglich neuntausend Autos, seit dem Sturm müssen sie einen Umweg nehmen.",
        "Händler am Nordufer von Altenhafen klagten, ihre Läden blieben leer, solange die Hafenbrücke geschlossen sei.",
        "Im Juni will der Stadtrat beraten, ob Lastwagen nach der Reparatur wieder über die Hafenbrücke dürfen.",
        "Konditor Luca Ferri flog aus der Sendung, weil sein Schokoladenschaum im Halbfinale zusammengefallen war.",
    ]
    result = measure(german, title=None)
    assert result.status == "ok"
    probabilities = [unit.off_topic_probability for unit in result.units]
    assert max(probabilities) == probabilities[-1] > 0.5
    assert max(probabilities[:-1]) < 0.5


def test_the_same_article_gives_the_same_bytes() -> None:
    extracted = article([*BRIDGE, *COOKS])
    assert score(extracted).write() == score(extracted).write() == stage.load(CoherenceSettings())(extracted).write()


def test_the_fields_of_the_article_are_passed_on_unchanged() -> None:
    extracted = article(BRIDGE)
    result = score(extracted)
    for field in ("id", "title", "text", "blocks", "entities", "quotes", "extraction"):
        assert getattr(result, field) == getattr(extracted, field)
    assert [one.stage for one in result.provenance] == ["cleaner", "coherence"]
    assert result.provenance[-1].model == "minilm-static-trees 2.0.0"
    assert ScoredArticle.read(result.write(), None) == result


def test_paragraphs_without_a_common_word_are_scored() -> None:
    words = [f"{chr(97 + i)}{chr(97 + j)}{chr(97 + k)}qx" for i in range(8) for j in range(8) for k in range(2)]
    result = score(plain_article([" ".join(words[at : at + 12]) + "." for at in range(0, 120, 12)]))
    assert result.coherence.status == "ok"
    assert result.coherence.score is not None
    check_document(result)

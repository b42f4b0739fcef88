"""What coherence says of articles that a reader would call one story, or not."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from itertools import chain

import pytest

from copydesk.coherence import CoherenceSettings, stage
from copydesk.contracts.articles import (
    Block,
    Cleaning,
    Coherence,
    Entity,
    ExtractedArticle,
    Extraction,
    ExtractionModel,
    Mention,
    Provenance,
    Quote,
    Reason,
    ScoredArticle,
    Source,
    Speaker,
)

TITLE = "Harbour bridge to reopen in May"
BRIDGE = [
    "The city council of Port Allen voted to reopen the harbour bridge, closed since a storm damaged two piers.",
    "Mayor Anna Berg told the council that repairs to the bridge had cost three million euros, twice the estimate.",
    "The bridge carries about nine thousand cars a day between the harbour and the north bank of Port Allen.",
    "Traders on the north bank had complained to Berg that their shops stood empty while the bridge was closed.",
    "Engineers who inspected the piers said the storm had washed gravel from under the foundations of the bridge.",
    "The council will debate in June whether lorries may cross the repaired bridge or must take the harbour tunnel.",
    "Berg said the piers would be inspected every spring, and that the council had set money aside for repairs.",
]
COOKS = [
    "Celebrity baker Luca Ferri was sent home from Sugar Rush after his chocolate mousse collapsed in the semi-final.",
    "Viewers accused the judges of favouring Nadia Khan, whose pistachio tart won the golden whisk for a third week.",
    "Ferri posted a tearful video, thanking fans and promising a cookbook full of mousse before Christmas.",
    "Khan faces twins Ola and Per Dahl in the final of Sugar Rush, where each baker must plate twelve desserts.",
    "The judges, both pastry chefs, said the tart was the finest dessert that any baker had served on Sugar Rush.",
]

score: Callable[[ExtractedArticle], ScoredArticle] = stage.load(CoherenceSettings())


def article(
    paragraphs: Sequence[str | tuple[Reason, str]],
    *,
    title: str | None = TITLE,
    quotes: tuple[Quote, ...] = (),
    entities: tuple[Entity, ...] = (),
    degraded: bool = False,
) -> ExtractedArticle:
    """An extracted article; a pair is a block that the cleaner removed for that reason."""
    blocks, kept = [], []
    source_at = at = 0
    for paragraph in paragraphs:
        words = paragraph if isinstance(paragraph, str) else paragraph[1]
        span = (source_at, source_at + len(words))
        source_at = span[1] + 2
        if isinstance(paragraph, str):
            kept.append(words)
            blocks.append(
                Block(
                    source_start=span[0],
                    source_end=span[1],
                    kept=True,
                    noise_probability=0.1,
                    start=at,
                    end=at + len(words),
                )
            )
            at += len(words) + 2
        else:
            blocks.append(
                Block(
                    source_start=span[0],
                    source_end=span[1],
                    kept=False,
                    reason=paragraph[0],
                    noise_probability=0.9,
                    text=words,
                )
            )
    text = "\n\n".join(kept)
    digest = hashlib.sha256(text.encode()).hexdigest()
    return ExtractedArticle(
        id="test/1",
        title=title,
        text=text,
        text_sha256=digest,
        blocks=tuple(blocks),
        source=Source(kind="text", sha256=digest),
        cleaning=Cleaning(model="none", noise_share=0),
        provenance=(Provenance(stage="cleaner", version="1"),),
        entities=entities,
        quotes=quotes,
        extraction=Extraction(model=ExtractionModel(name="none", version="1"), degraded=degraded),
    )


def coherence(paragraphs: Sequence[str | tuple[Reason, str]], *, title: str | None = TITLE) -> Coherence:
    return score(article(paragraphs, title=title)).coherence


def value(number: float | None) -> float:
    assert number is not None
    return number


def quote(id_: str, text: str, words: str) -> Quote:
    start = text.index(words)
    return Quote(
        id=id_,
        type="direct",
        text=words,
        start=start,
        end=start + len(words),
        speaker=Speaker(basis="none", confidence=0),
        section="body",
        confidence=1,
    )


def entity(id_: str, name: str, *places: tuple[int, int]) -> Entity:
    """An entity with mentions at these places of the text."""
    return Entity(
        id=id_,
        name=name,
        type="person",
        label="PERSON",
        mentions=tuple(Mention(start=a, end=z, text=name, kind="name", section="body") for a, z in places),
        salience=0.5,
        confidence=1,
    )


def test_one_story_has_no_flag_and_a_high_score() -> None:
    found = coherence(BRIDGE)
    assert found.status == "ok"
    assert found.structure == "single"
    assert [unit.flag for unit in found.units] == ["none"] * len(BRIDGE)
    assert value(found.score) > 0.6
    assert found.score == found.raw_score


@pytest.mark.parametrize("place", [2, 4, len(BRIDGE)])
def test_a_foreign_paragraph_is_flagged_with_reasons_wherever_it_stands(place: int) -> None:
    found = coherence([*BRIDGE[:place], COOKS[0], *BRIDGE[place:]])
    assert [unit.block for unit in found.units if unit.flag == "off_topic"] == [place]
    foreign = found.units[place]
    assert any("with the rest" in reason for reason in foreign.reasons)
    assert "kept by the cleaner" in foreign.reasons
    assert found.structure == ("tail" if place == len(BRIDGE) else "intrusion")
    assert value(found.score) < 0.5


def test_a_foreign_tail_is_told_from_an_intrusion() -> None:
    found = coherence([*BRIDGE, *COOKS[:2]])
    assert [unit.block for unit in found.units if unit.flag == "off_topic"] == [7, 8]
    assert found.structure == "tail"


def test_removed_blocks_are_judged_too_but_do_not_spoil_the_published_score() -> None:
    removed: list[tuple[Reason, str]] = [("related", COOKS[0]), ("promo", "Subscribe to our newsletter")]
    found = coherence([*BRIDGE, *removed])
    assert [unit.block for unit in found.units] == list(range(len(BRIDGE) + 2))
    assert found.units[7].flag == "off_topic"
    assert "removed by the cleaner as related" in found.units[7].reasons
    assert "kept by the cleaner" not in found.units[7].reasons
    assert value(found.raw_score) < 0.5
    assert value(found.score) > 0.6
    assert found.structure == "single"


def test_a_related_headline_in_title_case_is_a_teaser_and_on_topic() -> None:
    found = coherence([*BRIDGE[:3], "Port Allen Council Debates Harbour Bridge And Tunnel Tolls", *BRIDGE[3:]])
    assert found.units[3].flag == "teaser"
    assert any("headline" in reason for reason in found.units[3].reasons)
    assert [unit.block for unit in found.units if unit.flag != "none"] == [3]


def test_site_furniture_has_a_high_furniture_probability() -> None:
    found = coherence([*BRIDGE[:3], "Read more: the bridge in pictures", *BRIDGE[3:]])
    others = [unit.furniture_probability for unit in found.units if unit.block != 3]
    assert found.units[3].flag == "furniture"
    assert found.units[3].furniture_probability > 0.6
    assert max(others) < 0.1


def test_furniture_that_shares_no_word_is_furniture_and_no_other_story() -> None:
    found = coherence([*BRIDGE, COOKS[0], "Subscribe to our newsletter"])
    assert [unit.flag for unit in found.units[7:]] == ["off_topic", "furniture"]
    assert found.structure == "tail"


def test_the_second_copy_of_a_paragraph_is_a_duplicate() -> None:
    found = coherence([*BRIDGE, BRIDGE[2]])
    assert found.units[7].flag == "duplicate"
    assert found.units[7].reasons[0] == "the same words as block 2"
    assert found.units[2].flag == "none"


def test_a_caption_that_stands_inside_a_longer_one_is_a_duplicate() -> None:
    caption = "Anna Berg at the harbour bridge of Port Allen on Tuesday"
    found = coherence([("photo", caption), ("photo", f"{caption} Jon Doe Press Agency"), *BRIDGE])
    assert found.units[0].flag == "duplicate"
    assert found.units[0].reasons[0] == "its words stand in block 1"


def test_the_title_among_the_blocks_is_not_furniture() -> None:
    found = coherence([TITLE, *BRIDGE])
    assert found.units[0].flag == "none"
    assert found.units[0].furniture_probability == 0


def test_a_few_words_take_the_judgement_of_their_neighbours() -> None:
    among_bridge = coherence([*BRIDGE[:3], "78,000", *BRIDGE[3:]]).units[3]
    among_cooks = coherence([*BRIDGE, COOKS[0], "78,000", COOKS[1]]).units[8]
    assert among_bridge.flag != "off_topic"
    assert among_cooks.flag == "off_topic"
    assert among_cooks.reasons[0].startswith("too short to be judged by itself")


@pytest.mark.parametrize(
    ("mixed", "structure"),
    [
        (list(chain.from_iterable(zip(BRIDGE, COOKS, strict=False))), {"mixed"}),
        ([*BRIDGE[:4], *COOKS[:4]], {"multi_story", "tail"}),
    ],
    ids=["alternating", "one after the other"],
)
def test_two_stories_in_one_score_lower_than_either(mixed: list[str], structure: set[str]) -> None:
    found = coherence(mixed, title=None)
    assert (
        value(found.score)
        < 0.5
        < min(value(coherence(BRIDGE, title=None).score), value(coherence(COOKS, title=None).score))
    )
    assert found.structure in structure
    assert value(found.two_topic_ratio) > value(coherence(BRIDGE, title=None).two_topic_ratio)


def test_quotes_and_entities_of_the_foreign_part_are_named() -> None:
    paragraphs = [*BRIDGE, *COOKS[:2]]
    text = "\n\n".join(paragraphs)
    berg, ferri = text.index("Anna Berg"), text.index("Luca Ferri")
    again = text.index("Berg", berg + 20)
    made = article(
        paragraphs,
        quotes=(
            quote("q1", text, "repairs to the bridge had cost three million euros"),
            quote("q2", text, "favouring Nadia Khan"),
            quote("q3", text, "set money aside for repairs.\n\nCelebrity baker"),  # reaches into both
        ),
        entities=(
            entity("e1", "Anna Berg", (berg, berg + 9)),
            entity("e2", "Luca Ferri", (ferri, ferri + 10)),
            entity("e3", "Berg", (again, again + 4), (ferri, ferri + 4)),
            entity("e4", "Nobody"),
        ),
    )
    found = score(made).coherence
    assert found.off_topic_quotes == ("q2",)
    assert found.off_topic_entities == ("e2",)


def test_another_spelling_of_an_entity_ties_a_paragraph_to_the_story() -> None:
    """The extractor knows that two spellings are one person; words alone do not."""
    stranger = "Afterwards Zelinka flew home to celebrate with champagne, cousins and an accordion."
    paragraphs = [*(line.replace("Berg", "Selinke") for line in BRIDGE), stranger]
    text = "\n\n".join(paragraphs)
    first, last = text.index("Selinke"), text.index("Zelinka")
    person = Entity(
        id="e1",
        name="Selinke",
        type="person",
        label="PERSON",
        aliases=("Zelinka",),
        mentions=(
            Mention(start=first, end=first + 7, text="Selinke", kind="name", section="body"),
            Mention(start=last, end=last + 7, text="Zelinka", kind="name", section="body"),
        ),
        salience=1,
        confidence=1,
    )
    without = score(article(paragraphs)).coherence.units[-1]
    with_entity = score(article(paragraphs, entities=(person,))).coherence.units[-1]
    assert with_entity.off_topic_probability < without.off_topic_probability - 0.1


def test_segments_cover_all_units_in_order_and_name_their_words() -> None:
    found = coherence([*BRIDGE, *COOKS])
    assert found.segments[0].first_unit == 0
    assert found.segments[-1].last_unit == 11
    assert all(
        one.last_unit + 1 == two.first_unit for one, two in zip(found.segments, found.segments[1:], strict=False)
    )
    assert any(one.last_unit == 6 for one in found.segments)  # where the second story begins
    assert "bridge" in found.segments[0].terms
    assert "Sugar" in {term for one in found.segments if one.first_unit >= 7 for term in one.terms}


def test_an_extraction_without_a_parse_is_told_as_degraded() -> None:
    found = score(article(BRIDGE, degraded=True)).coherence
    assert found.status == "degraded"
    assert value(found.score) > 0.5


def test_other_languages_are_scored_by_their_words() -> None:
    german = [
        "Der Stadtrat von Altenhafen hat am Dienstag beschlossen, die Hafenbrücke nach dem Sturm wieder zu öffnen.",
        "Die Bürgermeisterin sagte dem Stadtrat, die Reparatur der Hafenbrücke habe drei Millionen Euro gekostet.",
        "Über die Hafenbrücke fahren täglich neuntausend Autos, seit dem Sturm müssen sie einen Umweg nehmen.",
        "Händler am Nordufer von Altenhafen klagten, ihre Läden blieben leer, solange die Hafenbrücke geschlossen sei.",
        "Im Juni will der Stadtrat beraten, ob Lastwagen nach der Reparatur wieder über die Hafenbrücke dürfen.",
        "Konditor Luca Ferri flog aus der Sendung, weil sein Schokoladenschaum im Halbfinale zusammengefallen war.",
    ]
    found = coherence(german, title=None)
    assert found.status == "ok"
    probabilities = [unit.off_topic_probability for unit in found.units]
    assert max(probabilities) == probabilities[-1] > 0.5
    assert max(probabilities[:-1]) < 0.5


def test_the_same_article_gives_the_same_bytes() -> None:
    made = article([*BRIDGE, *COOKS])
    assert score(made).write() == score(made).write() == stage.load(CoherenceSettings())(made).write()


def test_the_article_is_passed_on_as_it_came() -> None:
    made = article(BRIDGE)
    result = score(made)
    for field in ("id", "title", "text", "blocks", "entities", "quotes", "extraction"):
        assert getattr(result, field) == getattr(made, field)
    assert [one.stage for one in result.provenance] == ["cleaner", "coherence"]
    assert result.provenance[-1].model == "minilm-static-trees 1.0.0"
    assert ScoredArticle.read(result.write(), None) == result

"""Quotes and entities in off-topic units."""

from __future__ import annotations

from unit.coherence.articles import BRIDGE, COOKS, article, entity, quote, score


def test_quotes_and_entities_of_the_off_topic_part_are_named() -> None:
    paragraphs = [*BRIDGE, *COOKS[:2]]
    text = "\n\n".join(paragraphs)
    berg, ferri = text.index("Anna Berg"), text.index("Luca Ferri")
    again = text.index("Berg", berg + 20)
    extracted = article(
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
    result = score(extracted).coherence
    assert result.off_topic_quotes == ("q2",)
    assert result.off_topic_entities == ("e2",)

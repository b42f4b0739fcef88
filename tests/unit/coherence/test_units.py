"""Units: bags of words of the blocks."""

from __future__ import annotations

from copydesk.contracts.articles import Entity, Mention
from unit.coherence.articles import BRIDGE, article, score


def test_another_spelling_of_an_entity_links_a_paragraph_to_the_story() -> None:
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

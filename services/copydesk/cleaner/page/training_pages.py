"""Labelled pages to train on."""

from __future__ import annotations

import json
import lzma
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from lxml import etree

from copydesk.cleaner.html import examine, parse
from copydesk.cleaner.page.fitting import LabelledPage
from copydesk.cleaner.page.labels import label_blocks
from copydesk.cleaner.page.text_blocks import TooLargeError, cut_blocks
from copydesk.cleaner.page.tokens import find_tokens

MIN_FOUND = 0.85
"""Share of the gold text that the page's blocks must hold: else the gold is of another version of the page."""

MIN_GOLD = 80
"""Tokens of the shortest gold text that is learned from."""

MOST_PARAGRAPHS = 4
"""Paragraphs of the longest page in brief that is made of a longer one."""

SHORT = 25
"""Words up to which a body block with the sign of furniture is doubtful where the gold is no editor's."""

ROUGH_SOURCES = frozenset({"mercury", "newspaper"})
"""Collections whose gold keeps captions, bylines and newsletter lines now and then."""

Record = dict[str, Any]


def read_records(paths: Iterable[Path]) -> Iterator[Record]:
    """Records of the files: `id`, `source`, `domain`, `url`, `html`, `gold` and others."""
    for path in paths:
        with lzma.open(path, "rt", encoding="utf-8", newline="\n") as file:
            for line in file:
                yield json.loads(line)


def shorten(record: Record) -> Record | None:
    """The page with the first paragraphs of its body alone, as news in brief are; None if that cannot be made.

    The number of paragraphs, one to `MOST_PARAGRAPHS`, comes from the page's id.
    """
    root = parse(record["html"])
    if root is None:
        return None
    blocks = cut_blocks(root)
    body = label_blocks([block.text for block in blocks], record["gold"]).is_body
    numbers = np.flatnonzero(body).tolist()
    wanted = 1 + zlib.crc32(record["id"].encode()) % MOST_PARAGRAPHS
    if len(numbers) < 2 * MOST_PARAGRAPHS:
        return None
    kept, gone = numbers[:wanted], numbers[wanted:]
    needed = {blocks[number].place.element for number in range(len(blocks)) if number not in gone}
    above = {outer for element in needed for outer in (element, *element.iterancestors())}
    for number in gone:
        element = blocks[number].place.element
        if element in above:  # a line of a box with other text in it
            return None
        if element.getparent() is not None:
            element.drop_tree()
    return record | {
        "id": record["id"] + "#short",
        "html": etree.tostring(root, encoding="unicode", method="html"),
        "gold": "\n".join(blocks[number].text for number in kept),
        "summary": record.get("summary"),
    }


def label_page(record: Record, *, weight: float = 1, min_gold: int = MIN_GOLD) -> LabelledPage | None:
    """The page with its labels; None if nothing is to be learned from it.

    Args:
        record: The page.
        weight: Weight of its blocks.
        min_gold: Tokens of the shortest gold text that is learned from.
    """
    try:
        page = examine(record["html"], record.get("url"))
    except TooLargeError:
        return None
    if page is None or page.facts is None or len(find_tokens(record["gold"])) < min_gold:
        return None
    texts = [block.text for block in page.blocks[: len(page.facts.sizes)]]
    labels = label_blocks(texts, record["gold"])
    own = page.facts.own
    is_title = own["is title"] > 0
    standfirst = " ".join(" ".join(find_tokens(text)) for text in record.get("summary") or ())
    is_standfirst = np.array(
        [len(text) > SHORT and " ".join(find_tokens(text)) in standfirst for text in texts]
        if standfirst
        else np.zeros(len(texts), bool)
    )
    # the headline goes by a rule; a standfirst is kept by one, though this gold has it apart
    is_sure = labels.is_sure & ~is_title & ~(is_standfirst & ~labels.is_body)
    if record["source"] in ROUGH_SOURCES:
        has_sign = (
            (own["credit sign"] > 0) | (own["first phrase"] > 0) | (own["last phrase"] > 0) | (own["copyright"] > 0)
        )
        is_sure &= ~(labels.is_body & has_sign & (own["words"] <= np.log1p(SHORT)))
    weights = (1 + own["size"].astype(np.float64) / 3) * is_sure * (labels.found >= MIN_FOUND) * weight
    page_labels = np.where(labels.is_body & ~is_title, 0.0, 1.0)
    return LabelledPage(record["id"], record["domain"], page.facts, page_labels, weights)

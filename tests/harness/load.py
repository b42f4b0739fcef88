"""Articles to send through a storm: good ones, and a few of every kind that cannot pass."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

NAMES = ("Maria Keller", "Tom Osei", "the mayor", "Ana Ruiz", "a spokesman")
PLACES = ("Lisbon", "Accra", "the harbour", "Graz", "the town hall")
THINGS = ("the new bridge", "the budget", "the tram line", "the flood wall", "the school")

VERSIONS = 5
"""Articles with the same id, so that order per key shows."""

CLEANED_BYTES = 100_000
"""`max.message.bytes` of `articles.cleaned` in a storm."""

NUMBER = "x-number"
"""The header that says which article a record came from."""


class Sent(NamedTuple):
    """One article as it was sent, and what must become of it: `passed`, or the reason of its dead letter."""

    key: bytes
    value: bytes
    headers: dict[str, bytes]
    fate: str


def load(seed: int, count: int) -> Iterator[Sent]:
    """Articles of 60 to 120 words; one in a hundred is no article at all, one in five hundred gets too large."""
    rnd = random.Random(seed)
    version: Counter[int] = Counter()
    for number in range(count):
        key = number % (count // VERSIONS)
        version[key] += 1
        document = {
            "id": f"a{key}",
            "title": f"Story {key}",
            "text": _text(rnd),
            "language": "en",
            "metadata": {"number": number, "version": version[key]},
        }
        value, fate = json.dumps(document).encode(), "passed"
        if number % 200 == 50:
            value, fate = b"{not json %d" % number, "invalid"
        elif number % 200 == 150:
            value, fate = json.dumps({"id": f"a{key}", "text": " "}).encode(), "invalid"
        elif number % 500 == 75:
            document["text"] = "\n\n".join(_text(rnd) for _ in range(CLEANED_BYTES // 500))
            value, fate = json.dumps(document).encode(), "oversized"
        headers = {
            "traceparent": f"00-{number + 1:032x}-{number + 1:016x}-01".encode(),
            NUMBER: str(number).encode(),
        }
        yield Sent(f"a{key}".encode(), value, headers, fate)


def _text(rnd: random.Random) -> str:
    name, place, thing = rnd.choice(NAMES), rnd.choice(PLACES), rnd.choice(THINGS)
    sentences = [
        f"{name} said on Monday that {thing} in {place} would cost {rnd.randint(2, 90)} million euros.",
        f'"We have waited for {thing} for years", {name} told reporters in {place}.',
        f"Work on {thing} begins in {rnd.randint(2, 11)} months; people who live in {place} are asked what they think.",
        f"The council of {place} voted on {thing} after a debate that went on for {rnd.randint(3, 9)} hours.",
        f"Critics of {thing} say that {place} has other worries, among them rents and the hospital.",
        f"A second vote on {thing} is planned for the spring.",
    ]
    words = rnd.randint(60, 95)
    paragraphs: list[str] = []
    while sum(len(one.split()) for one in paragraphs) < words:
        paragraphs.append(rnd.choice(sentences))
    return "\n\n".join(paragraphs)

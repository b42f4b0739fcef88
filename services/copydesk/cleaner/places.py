"""Where a block stands: against the article's paragraphs, its neighbours and the words of the rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from copydesk.cleaner.copies import Copy, find_repeated_lines
from copydesk.cleaner.shapes import Shape

REACH = 3
"""Blocks looked at on either side (measured for learned models too: more adds nothing)."""


def find_core(shapes: Sequence[Shape]) -> tuple[int, int]:
    """Numbers of the first full paragraph and of the one behind the last; (0, 0) where there is none."""
    full = [number for number, shape in enumerate(shapes) if shape.is_paragraph]
    return (full[0], full[-1] + 1) if full else (0, 0)


def find_place_cues(shapes: Sequence[Shape], title: tuple[str, ...], copies: Sequence[Copy | None]) -> list[list[str]]:
    """For every block the names of all that its surroundings tell of it.

    Args:
        shapes: The blocks in order.
        title: Words of the article's title; empty where it is not known.
        copies: What each repeats, from `copies.find_copies`.
    """
    first, behind = find_core(shapes)
    full = [shape.is_paragraph for shape in shapes]
    times = find_repeated_lines(shapes)
    topics, names = _count_topics(shapes, full)
    heads = Counter(shape.words[0] for shape in shapes if shape.words)
    short = sum(shape.size < 8 for shape in shapes) / max(1, len(shapes))
    page = "few" if short < 0.25 else "some" if short < 0.5 else "most"
    known, longest = frozenset(title), 2 * len(title)
    found = []
    for number, shape in enumerate(shapes):
        n = shape.size
        size = "short" if n < 8 else "medium" if n < 20 else "long"
        cues = [f"{size}, {page} of the blocks are short"]
        # against the paragraphs
        if behind == 0:
            cues.append(f"{size}, no paragraph at all")
        elif number < first:
            cues.append(f"{size} before the body" if first - number > 1 else f"{size} just before the body")
        elif number >= behind:
            far = number - behind
            cues.append(f"{size} behind the body, " + ("next" if far == 0 else "near" if far < 4 else "far"))
        else:
            cues.append(f"{size} inside")
        if number == 0:
            cues.append("first block")
        around = any(full[max(0, number - REACH) : number]), any(full[number + 1 : number + 1 + REACH])
        cues.append(
            f"{size}, paragraphs around: {'both sides' if all(around) else 'one side' if any(around) else 'none'}"
        )
        left, right = number > 0 and full[number - 1], number + 1 < len(full) and full[number + 1]
        cues.append(f"{size} next to {'two' if left and right else 'one' if left or right else 'no'} paragraph")
        # copies
        copy = copies[number]
        if copy is not None:
            inside = first <= number < behind
            how = "the same" if copy.equal else "part" if copy.part else "whole"
            cues.append(
                f"copy: {how}, {'earlier' if copy.other < number else 'later'}, {'inside' if inside else 'outside'}"
            )
        elif times[number] > 1 and n < 5:
            cues.append("repeated line")
        if len(shape.words) and heads[shape.words[0]] >= 4 and n < 20:
            cues.append(f"{size}, first word as four others")
        # topic
        if n >= 8:
            cues.append(f"{size} topic {_grade_topic(shape, topics, full[number])}")
            if own := shape.names:
                shared = sum([names[name] > full[number] for name in own]) / len(own)
                cues.append(f"{size} names {'not' if shared == 0 else 'partly' if shared < 0.5 else 'mostly'} shared")
        if 3 <= n <= longest and sum(map(known.__contains__, shape.words)) >= 0.8 * max(1, len(shape.words)):
            cues.append("words of the title")
        found.append(cues)
    return found


def _count_topics(shapes: Sequence[Shape], full: Sequence[bool]) -> tuple[Counter[str], Counter[str]]:
    """In how many full paragraphs each content word, and each name, stands."""
    topics: Counter[str] = Counter()
    names: Counter[str] = Counter()
    for shape, is_full in zip(shapes, full, strict=True):
        if is_full:
            topics.update(shape.content)
            names.update(shape.names)
            names.update(word for word in shape.words[:1])
    return topics, names


def _grade_topic(shape: Shape, topics: Counter[str], own: bool) -> str:  # noqa: FBT001 - whether the block counts itself
    content = shape.content
    if not content:
        return "none"
    share = sum([topics[word] > own for word in content]) / len(content)
    return "foreign" if share < 0.06 else "thin" if share < 0.2 else "shared" if share < 0.45 else "strong"


def find_neighbour_cues(sizes: Sequence[int], noise: Sequence[float]) -> list[list[str]]:
    """For every block what the verdicts on its neighbours tell of it.

    Args:
        sizes: Words of each block.
        noise: Probability of noise of each block by its own cues.
    """
    found = []
    for number, n in enumerate(sizes):
        size = "short" if n < 8 else "medium" if n < 20 else "long"
        before, after = noise[max(0, number - REACH) : number], noise[number + 1 : number + 1 + REACH]
        cues = [
            f"{size}, last neighbour {_grade(before[-1]) if before else 'edge'}",
            f"{size}, next neighbour {_grade(after[0]) if after else 'edge'}",
        ]
        near = [*before, *after]
        cues.append(f"{size}, neighbourhood {_grade(sum(near) / len(near)) if near else 'empty'}")
        found.append(cues)
    return found


def _grade(p: float) -> str:
    return (
        "body"
        if p < 0.1
        else "rather body"
        if p < 0.35
        else "open"
        if p < 0.65
        else "rather noise"
        if p < 0.9
        else "noise"
    )

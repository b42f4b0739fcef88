"""Struct, JSON Schema and examples say the same: three descriptions of one contract, written down in three places."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from contracts.documents import EXAMPLES, examples, label, refusal, validator
from copydesk.contracts.topics import DOCUMENTS, public_topics

VALID = examples(valid=True)
INVALID = examples(valid=False)

KEYWORDS = {
    r"Object missing required field `(?P<field>[^`]+)`": "required",
    r"Expected `[^`]+` >= ": "minimum",
    r"Expected `[^`]+` <= ": "maximum",
    r"Expected `[^`]+` of length >= ": "minLength",
    r"Expected `[^`]+` of length <= ": "maxLength",
    r"Expected `[^`]+` matching regex ": "pattern",
    r"Expected `datetime` with a timezone component": "format",
    r"Expected `[^`]+`, got ": "type",
    r"Expected `object \| null`": "type",
    r"Invalid enum value ": "enum",
    r"(a kept block|a removed block|status \w+) (has|needs) ": "oneOf",
    r"neither `text` nor `html` holds ": "anyOf",
}
"""Beginnings of the reader's error messages, with the JSON Schema keyword that refuses the same thing."""


def reasons(topic: str) -> dict[str, str]:
    content = (EXAMPLES / topic / "1" / "invalid" / "reasons.yaml").read_bytes()
    return msgspec.yaml.decode(content, type=dict[str, str])


def where(error: Any) -> str:
    """A schema error's place as msgspec writes it, such as ``$.blocks[0].start``."""
    return "$" + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in error.instance_path)


def leaves(error: Any) -> Iterator[tuple[str, str, str]]:
    """Place, keyword and words of an error and of all that its branches (anyOf, oneOf) say."""
    yield where(error), error.schema_path[-1], error.message
    for branch in getattr(error.kind, "context", ()):
        for inner in branch:
            yield from leaves(inner)


@pytest.mark.parametrize("topic", public_topics())
def test_every_topic_has_examples_of_both_kinds(topic: str) -> None:
    valid, invalid = (Counter(name for name, _ in found)[topic] for found in (VALID, INVALID))
    assert valid >= 6
    assert invalid >= 8


def test_no_example_lies_where_nobody_looks() -> None:
    assert {file for _, file in VALID + INVALID} == set(EXAMPLES.rglob("*.json"))


@pytest.mark.parametrize("example", VALID, ids=label)
def test_a_valid_example_is_accepted_by_struct_and_schema(example: tuple[str, Path]) -> None:
    """Also the test of backward compatibility: what was once an example of version 1 stays readable."""
    topic, file = example
    assert refusal(topic, file.read_bytes()) is None
    assert [error.message for error in validator(topic).iter_errors(json.loads(file.read_bytes()))] == []


@pytest.mark.parametrize("example", INVALID, ids=label)
def test_an_invalid_example_is_refused_by_struct_and_schema_for_the_reason_of_its_name(
    example: tuple[str, Path],
) -> None:
    topic, file = example
    expected = reasons(topic)[file.stem]
    assert refusal(topic, file.read_bytes()) == expected

    reason, _, place = expected.partition(" - at `")
    place = place.rstrip("`") or "$"
    (match, keyword), *_ = ((match, word) for begin, word in KEYWORDS.items() if (match := re.match(begin, reason)))
    errors = list(validator(topic).iter_errors(json.loads(file.read_bytes())))
    # msgspec writes [...] for any key of a mapping
    here = re.compile(re.escape(place).replace(re.escape("[...]"), r"\.[^.]+"))
    told_too = [
        words
        for at, word, words in (leaf for error in errors for leaf in leaves(error))
        if here.fullmatch(at) and word == keyword
    ]
    assert told_too, f"the schema says {[error.message for error in errors]}"
    if field := match.groupdict().get("field"):
        assert f'"{field}" is a required property' in told_too
    # nothing else is wrong: every error is about that place or what holds it
    assert all(here.match(where(error)) or place.startswith(where(error)) for error in errors)


@pytest.mark.parametrize(
    "example",
    [one for one in INVALID if re.search("^(kept|removed)-block-|^status-(?!is-)|^too-short-", one[1].stem)],
    ids=label,
)
def test_an_example_that_breaks_a_rule_between_fields_breaks_it_in_the_field_of_its_name(
    example: tuple[str, Path],
) -> None:
    """One message stands for several fields: the schema tells in which field it misses the nearer shape."""
    topic, file = example
    (error,) = validator(topic).iter_errors(json.loads(file.read_bytes()))
    nearer = min(error.kind.context, key=len)
    (only,) = nearer
    required = re.match('"(.+)" is a required property', only.message)
    field = required[1] if required else only.instance_path[-1]
    assert file.stem.endswith((f"-with-{field.replace('_', '-')}", f"-without-{field.replace('_', '-')}"))


@pytest.mark.parametrize("topic", public_topics())
def test_reasons_and_examples_name_each_other(topic: str) -> None:
    assert sorted(reasons(topic)) == [file.stem for name, file in INVALID if name == topic]


@pytest.mark.parametrize("example", [example for example in VALID if example[0] in DOCUMENTS], ids=label)
def test_readers_ignore_unknown_fields_at_every_depth(example: tuple[str, Path]) -> None:
    topic, file = example
    document = DOCUMENTS[topic]
    more = json.loads(file.read_bytes())
    _add_unknown(more)
    value = json.dumps(more).encode()
    assert "from_tomorrow" in more
    assert validator(topic).is_valid(more)
    plain = json.dumps(json.loads(file.read_bytes())).encode()
    read, expected = document.read(value, b"k"), document.read(plain, b"k")
    assert read.write() == expected.write()
    assert b"from_tomorrow" not in read.write()


def _add_unknown(node: Any) -> None:
    """A field that nobody knows into every object, but for those whose keys are the producer's or a model's own."""
    if isinstance(node, dict):
        for name, child in node.items():
            if name not in {"metadata", "thresholds", "prior"}:
                _add_unknown(child)
        node["from_tomorrow"] = {"nested": [1, None]}
    elif isinstance(node, list):
        for child in node:
            _add_unknown(child)


REPLACEMENTS: tuple[Any, ...] = (
    None,
    "",
    "word",
    -1,
    0,
    2,
    0.5,
    True,
    [],
    {},
    [""],
    {"text": ""},
    False,
    "ok",
    "too_short",
    "gone",
)


@pytest.mark.parametrize("example", [example for example in VALID if example[0] in DOCUMENTS], ids=label)
def test_struct_and_schema_agree_on_every_example_with_one_value_replaced(example: tuple[str, Path]) -> None:
    topic, file = example
    document = json.loads(file.read_bytes())
    check = validator(topic)
    verdicts: Counter[bool] = Counter()
    for path in _paths(document):
        for other in REPLACEMENTS:
            changed = _replaced(document, path, other)
            problem = refusal(topic, json.dumps(changed).encode())
            assert check.is_valid(changed) is (problem is None), f"{path} = {other!r}: the struct says {problem}"
            verdicts[problem is None] += 1
    assert verdicts[True]
    assert verdicts[False]


def _paths(node: Any, here: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    steps = node.items() if isinstance(node, dict) else enumerate(node[:2]) if isinstance(node, list) else ()
    for step, child in steps:
        yield (*here, step)
        yield from _paths(child, (*here, step))


def _replaced(node: Any, path: tuple[Any, ...], other: Any) -> Any:
    """A copy with another value in one place; "gone" takes the place away."""
    if not path:
        return other
    step, *rest = path
    copy = dict(node) if isinstance(node, dict) else list(node)
    if not rest and other == "gone":
        del copy[step]
    else:
        copy[step] = _replaced(node[step], tuple(rest), other)
    return copy

"""Hypothesis strategies for the documents, made from the structs: a new field needs no new strategy."""

from __future__ import annotations

import json
from datetime import timedelta, timezone
from typing import Any, get_args

import msgspec
from hypothesis import strategies as st
from msgspec import inspect

from copydesk.contracts.articles import SCORED, UNSCORED, VISIBLE, Block, Coherence, Document, RawArticle, Reason, Unit

LARGEST = 2**53 - 1
"""Beyond it, JSON numbers are not safe in every reader."""

TEXTS = st.text(max_size=12)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3), max_leaves=6
)
"""Any JSON value."""

OBJECTS = st.dictionaries(TEXTS, VALUES, max_size=3)
METADATA = (OBJECTS | st.none()).flatmap(
    lambda value: st.sampled_from(
        [json.dumps(value), json.dumps(value, indent=1), json.dumps(value, ensure_ascii=False)]
    )
)
ZONES = st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


def documents(document: type[Document]) -> st.SearchStrategy[Any]:
    """Instances of one of the four documents that keep its contract."""
    return _of(inspect.type_info(document))


def _of(kind: inspect.Type) -> st.SearchStrategy[Any]:  # noqa: PLR0911, PLR0912 - one case a type
    match kind:
        case inspect.Metadata():
            return _of(kind.type)
        case inspect.NoneType():
            return st.none()
        case inspect.BoolType():
            return st.booleans()
        case inspect.IntType():
            return st.integers(-LARGEST if kind.ge is None else kind.ge, LARGEST)
        case inspect.FloatType():
            return st.floats(kind.ge, kind.le, allow_nan=False, allow_infinity=False)
        case inspect.StrType():
            if kind.pattern is not None:
                return st.from_regex(kind.pattern, fullmatch=True).filter(
                    lambda text: len(text) <= (kind.max_length or len(text))
                )
            return st.text(min_size=kind.min_length or 0, max_size=min(kind.max_length or 12, 12))
        case inspect.DateTimeType():
            return st.datetimes(timezones=ZONES)
        case inspect.LiteralType():
            return st.sampled_from(kind.values)
        case inspect.RawType():
            return METADATA.map(lambda text: msgspec.Raw(text.encode()))
        case inspect.UnionType():
            return st.one_of([_of(one) for one in kind.types])
        case inspect.VarTupleType():
            return st.lists(_of(kind.item_type), max_size=2).map(tuple)
        case inspect.DictType():
            return st.dictionaries(_of(kind.key_type), _of(kind.value_type), max_size=2)
        case inspect.StructType():
            return _struct(kind)
    raise NotImplementedError(type(kind))


def _struct(kind: inspect.StructType) -> st.SearchStrategy[Any]:
    fields = {field.name: _of(field.type) for field in kind.fields}
    if kind.cls is Block:
        return _blocks(fields)
    if kind.cls is Coherence:
        return _coherences(fields)
    if kind.cls is RawArticle:
        visible = st.from_regex(VISIBLE) | st.just("word")
        del fields["warnings"]
        return st.builds(RawArticle, **{**fields, "text": visible}) | st.builds(
            RawArticle, **{**fields, "html": visible}
        )
    return st.builds(kind.cls, **fields)


def _blocks(fields: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[Any]:
    places = {name: fields[name] for name in ("source_start", "source_end", "noise_probability")}
    offsets, words = st.integers(0, LARGEST), TEXTS
    reason = st.sampled_from((*get_args(Reason), "reason_of_a_later_version"))
    return st.builds(Block, kept=st.just(True), start=offsets, end=offsets, **places) | st.builds(  # noqa: FBT003 - a value
        Block,
        kept=st.just(False),  # noqa: FBT003 - a value
        reason=reason,
        text=words,
        **places,
    )


def _coherences(fields: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[Any]:
    later = "status_of_a_later_version"
    scored = st.sampled_from([*sorted(SCORED), later])
    unscored = st.sampled_from([*sorted(UNSCORED), later])
    units = st.lists(_of(inspect.type_info(Unit)), min_size=1, max_size=2).map(tuple)
    with_score = {**fields, "status": scored, "score": st.floats(0, 1), "units": units}
    without = {**fields, "status": unscored, "score": st.none(), "raw_score": st.none(), "units": st.just(())}
    return st.builds(Coherence, **with_score) | st.builds(Coherence, **without)

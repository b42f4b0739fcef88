"""The topics' YAML files fit together, the schemas and the stages."""

from __future__ import annotations

import msgspec
import pytest

from contracts.documents import SCHEMAS
from copydesk.contracts.deadletter import MESSAGE_BYTES, STACK_BYTES
from copydesk.contracts.records import RECORDS
from copydesk.contracts.topics import (
    DOCUMENTS,
    RECORD_OVERHEAD,
    Topic,
    UnknownTopicError,
    public_topics,
    topic,
    topics,
    topics_with,
)
from copydesk.stage import Stage, chain

ARTICLES = chain(("cleaner", "extractor", "coherence"))
OURS = (*ARTICLES, *chain(("sites", "fingerprints", "related")))
CHANGELOGS = {stage.changelog for stage in OURS if stage.changelog}


def by_name(stage: Stage) -> str:
    return stage.name


def test_a_file_is_named_as_its_topic_and_there_is_one_for_every_topic_of_every_stage() -> None:
    assert {file.stem for file in (SCHEMAS / "topics").iterdir()} == set(topics())
    assert {name for stage in OURS for name in stage.topics} == set(topics())


def test_topics_come_in_the_order_of_the_pipeline() -> None:
    names = list(topics())
    assert names[:4] == ["articles.raw", *(stage.sink for stage in ARTICLES)]
    assert all(name.endswith(".dlq") for name in names[4 : 4 + len(OURS)])
    assert not any(name in DOCUMENTS or name.endswith(".dlq") for name in names[4 + len(OURS) :])


@pytest.mark.parametrize("name", public_topics())
def test_the_schema_of_a_topic_exists(name: str) -> None:
    assert (SCHEMAS / topic(name).schema).is_file()
    expected = f"{name}.v1.schema.json" if name in DOCUMENTS | RECORDS else "deadletter.v1.schema.json"
    assert topic(name).schema == expected


def test_internal_topics_have_no_schema_and_nobody_else_reads_them() -> None:
    internal = set(topics()) - set(public_topics())
    assert internal >= CHANGELOGS
    assert {topic(name).schema for name in internal} == {""}
    assert not any("anyone" in topic(name).consumers for name in internal)


@pytest.mark.parametrize("name", topics())
def test_documents_name_their_event_and_dead_letters_keep_the_originals(name: str) -> None:
    kind = name.removeprefix("articles.")
    records = {
        "sites": "copydesk.site.v1",
        "articles.related": "copydesk.article.related.v1",
        "quotes.traced": "copydesk.quote.traced.v1",
    }
    event = f"copydesk.article.{kind}.v1" if name in DOCUMENTS else records.get(name)
    assert topic(name).event == event


@pytest.mark.parametrize("stage", OURS, ids=by_name)
def test_producers_and_consumers_are_the_stages(stage: Stage) -> None:
    assert stage.name in topic(stage.source).consumers
    assert topic(stage.sink).producers == (stage.name,)
    assert topic(stage.dead_letters).producers == (stage.name,)
    assert all(stage.name in topic(name).producers for name in stage.outputs)
    assert all(stage.name in topic(name).consumers for name in stage.tables)
    assert stage.sink == "related.keys" or (DOCUMENTS | RECORDS)[stage.sink] is stage.output
    writer = next((other for other in OURS if stage.source in (other.sink, *other.outputs)), None)
    assert stage.input is ({writer.sink: writer.output} | dict(writer.outputs) if writer else DOCUMENTS)[stage.source]


def test_nobody_is_named_who_is_not_there() -> None:
    known = {stage.name for stage in OURS} | {"anyone", "operators"}
    assert {who for one in topics().values() for who in (*one.producers, *one.consumers)} <= known


def test_an_article_stays_on_its_partition_index_and_a_changelog_lies_beside_its_source() -> None:
    assert {topic(name).partitions for stage in ARTICLES for name in (stage.source, stage.sink)} == {12}
    for stage in OURS:
        assert topic(stage.dead_letters).partitions == topic(stage.source).partitions
        if stage.changelog:
            assert topic(stage.changelog).partitions == topic(stage.source).partitions


@pytest.mark.parametrize("stage", OURS, ids=by_name)
def test_the_largest_message_still_fits_among_the_dead_letters_with_the_reason_beside_it(stage: Stage) -> None:
    room = topic(stage.dead_letters).max_message_bytes - topic(stage.source).max_message_bytes
    assert room > MESSAGE_BYTES + STACK_BYTES + RECORD_OVERHEAD


@pytest.mark.parametrize("name", topics())
def test_what_can_be_superseded_is_compacted_and_what_is_evidence_is_not(name: str) -> None:
    cleanup: tuple[str, ...] = ("delete",)
    if name in {stage.sink for stage in ARTICLES} | {"related.keys", "articles.related", "quotes.traced"}:
        cleanup = ("compact", "delete")
    elif name in RECORDS or name in CHANGELOGS:
        cleanup = ("compact",)
    assert topic(name).cleanup == cleanup
    assert topic(name).configs == {
        "cleanup.policy": ",".join(cleanup),
        "retention.ms": str((7 if name in {"articles.raw", "sites.seen"} else 30) * 24 * 3600 * 1000),
        "max.message.bytes": str(topic(name).max_message_bytes),
    }


def test_a_key_that_no_topic_has_is_refused() -> None:
    content = (SCHEMAS / "topics" / "articles.raw.yaml").read_bytes()
    assert msgspec.yaml.decode(content, type=Topic) == topic("articles.raw")
    with pytest.raises(msgspec.ValidationError, match="retention_days"):
        msgspec.yaml.decode(content + b"retention_days: 7\n", type=Topic)


def test_an_unknown_topic_is_told_what_there_is() -> None:
    with pytest.raises(UnknownTopicError, match=r"no topic 'articles\.row'; there are: articles\.raw, "):
        topic("articles.row")


def test_a_third_partys_topics_are_like_their_neighbours() -> None:
    from copydesk_teststages import relay

    stranger = msgspec.structs.replace(relay, name="sorter", sink="articles.sorted")
    known = topics_with([stranger])
    assert list(known)[: len(topics())] == list(topics())
    sink, dead = known["articles.sorted"], known["articles.sorter.dlq"]
    assert sink.configs == topic("articles.scored").configs
    assert dead.configs == topic("articles.coherence.dlq").configs
    assert (sink.producers, dead.producers) == (("sorter",), ("sorter",))
    assert (sink.holds_dead_letters, dead.holds_dead_letters) == (False, True)
    assert topics_with([relay])["articles.extracted"] == topic("articles.extracted"), "ours stay as they are"

"""Commands against a broker: topics, publish, consume, dead letters, health."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from contextlib import aclosing
from pathlib import Path

from copydesk.client import Connection, Publisher, consume
from copydesk.contracts.articles import RawArticle
from copydesk.contracts.topics import topics
from harness.require import ROOT
from harness.running import Cluster

Make = Callable[..., Cluster]
SAMPLES = ROOT / "services" / "copydesk" / "samples"


def lines(out: bytes) -> list[dict[str, object]]:
    return [json.loads(line) for line in out.splitlines()]


async def test_topics_are_created_checked_and_left_alone(cluster: Make) -> None:
    here = cluster()
    status, _, err = await here.command("topics", "check")
    assert status == 5
    assert "copydesk topics apply" in err
    status, out, _ = await here.command("topics", "apply", "--partitions", "2")
    assert status == 0
    assert out.decode().splitlines() == [f"{here.prefix}{name}: created" for name in topics()]
    status, out, err = await here.command("topics", "apply")
    assert status == 0
    assert all(line.endswith(": exists") for line in out.decode().splitlines())
    assert "2 partitions, described as 12" in err
    status, out, err = await here.command("topics", "check")
    assert (status, out) == (0, b"")


async def test_publish_and_consume_round_trip(cluster: Make, tmp_path: Path) -> None:
    here = cluster()
    await here.create("articles.raw")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "one.txt").write_text("A text file.")
    (tmp_path / "in" / "two.html").write_bytes('<meta charset="iso-8859-1"><p>Caf\xe9</p>'.encode("latin-1"))
    (tmp_path / "in" / "three.ndjson").write_text(
        '{"id": "n/1", "text": "x"}\n\n{"text": " "}\n{"id": "n/2", "text": "y"}\n'
    )
    (tmp_path / "in" / "notes.pdf").write_bytes(b"is not for us")
    status, out, err = await here.command("publish", str(tmp_path / "in"))
    assert (status, out) == (1, b"")
    assert "three.ndjson:3: neither `text` nor `html`" in err
    assert "4 published" in err
    status, _, _ = await here.command("publish", "-", stdin=b'{"id": "stdin", "text": "z"}\n')
    assert status == 0
    status, out, err = await here.command("consume", "articles.raw")
    assert status == 0
    found = {line["id"]: line for line in lines(out)}
    assert found.keys() == {"one", "two", "n/1", "n/2", "stdin"}
    assert found["two"]["html"] == '<meta charset="iso-8859-1"><p>Café</p>'
    assert "5 messages" in err
    status, out, _ = await here.command("consume", "articles.raw", "--limit", "2")
    assert len(lines(out)) == 2
    status, out, _ = await here.command("consume", "articles.raw", "--from", "2099-01-01")
    assert (status, out) == (0, b"")
    status, out, _ = await here.command("consume", "articles.raw", "--pretty")
    assert b"A text file." in out


async def test_a_topic_is_printed_as_a_table(cluster: Make, tmp_path: Path) -> None:
    here = cluster()
    await here.create("articles.raw", "articles.cleaner.dlq", partitions=1)
    table = tmp_path / "articles.csv"
    table.write_text("id;headline;maintext\n1;=A;One two three.\n2;B;Four.\n")
    status, _, err = await here.command("publish", str(table))
    assert (status, "2 published" in err) == (0, True), err
    status, _, _ = await here.command("withdraw", "2")
    assert status == 0
    status, out, err = await here.command("consume", "articles.raw", "--format", "csv", "--where", "words=3")
    rows = list(csv.DictReader(out.decode().splitlines()))
    assert [(row["id"], row["title"], row["text"]) for row in rows] == [("1", "'=A", "One two three.")]
    assert "withdrawn: 2" in err
    assert "1 rows of 3 messages" in err
    status, _, err = await here.command("consume", "articles.cleaner.dlq", "--quotes")
    assert (status, "holds no articles" in err) == (2, True), err


async def test_what_is_published_unchecked_lands_in_the_dead_letters_and_is_listed(cluster: Make) -> None:
    here = cluster()
    for name in ("cleaner", "coherence", "extractor"):
        await here.create(f"articles.{name}.dlq")
    await here.create("articles.raw", "articles.cleaned")
    status, out, _ = await here.command("dlq", "list")
    assert (status, out) == (0, b"")
    status, _, _ = await here.command(
        "publish", "--unchecked", str(SAMPLES / "broken.json"), str(SAMPLES / "round-up.txt")
    )
    assert status == 0
    worker = await here.run("cleaner")
    async with here.follow("articles.cleaned", "articles.cleaner.dlq") as follower:
        await follower.until(2)
    status, out, _ = await here.command("health", "cleaner", COPYDESK_HEALTH_FILE=str(here.health_file("cleaner")))
    assert status == 0, "a worker that has nothing to do is healthy"
    assert b"cleaner: ready" in out
    assert await worker.stop() == 0
    status, out, err = await here.command("dlq", "list", "--json")
    assert status == 1
    (letter,) = lines(out)
    assert (letter["key"], letter["dlq.stage"], letter["dlq.reason"]) == ("broken.json", "cleaner", "invalid")
    assert "1 dead letter\n" in err
    status, out, _ = await here.command("dlq", "list", "--stage", "cleaner")
    assert b"invalid: InvalidDocumentError: neither" in out
    status, out, _ = await here.command("consume", "articles.cleaner.dlq")
    assert json.loads(lines(out)[0]["value"])["id"] == "broken"  # type: ignore[arg-type]
    status, _, _ = await here.command("health", "cleaner", COPYDESK_HEALTH_FILE=str(here.health_file("cleaner")))
    assert status == 1, "a worker that ended in order leaves no file behind"


async def test_the_client_publishes_withdraws_and_consumes_typed(cluster: Make) -> None:
    here = cluster()
    await here.create("articles.raw")
    connection = Connection(brokers=here.broker.brokers, topic_prefix=here.prefix)
    async with Publisher(connection) as publisher:
        published = await publisher.publish({"url": "https://example.org/a", "text": "One."})
        again = await publisher.publish(RawArticle(url="https://example.org/a", text="Two."))
        await publisher.withdraw(published.id)
    assert again.partition == published.partition
    assert again.offset == published.offset + 1
    seen = []
    async with aclosing(consume("articles.raw", group="readers", connection=connection)) as messages:
        async for message in messages:
            seen.append(message)
            if message.withdrawn:
                break
    first, second, tombstone = seen
    assert isinstance(first.article, RawArticle)
    assert isinstance(second.article, RawArticle)
    assert (first.article.text, second.article.text, tombstone.article) == ("One.", "Two.", None)
    assert dict(first.headers)["ce_type"] == b"copydesk.article.raw.v1"


async def test_a_consumer_that_crashes_in_the_loops_body_gets_the_message_again(cluster: Make) -> None:
    here = cluster()
    await here.create("articles.raw", partitions=1)
    connection = Connection(brokers=here.broker.brokers, topic_prefix=here.prefix)
    await here.send("articles.raw", [(b"k%d" % number, b'{"text": "x"}', {}) for number in range(5)])

    async def read(crash_at: int) -> list[int]:
        offsets = []
        messages = consume("articles.raw", group="readers", connection=connection)
        try:
            async for message in messages:
                if message.offset == crash_at:
                    break  # what a crash in the body looks like from inside
                offsets.append(message.offset)
                if message.offset == 4:
                    break
        finally:
            await messages.aclose()
        return offsets

    assert await read(crash_at=3) == [0, 1, 2]
    assert (await read(crash_at=99))[0] == 3

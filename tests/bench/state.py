"""State of a stage: time of a restore, and of a lookup from the stage's process: `python tests/bench/state.py [ROWS]`.

Both on a real Kafka of this machine. A lookup is compared with one in the worker's own process, which costs no pipe.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[1] / "stages"))
os.environ["PYTHONPATH"] = str(Path(__file__).parents[1] / "stages")

import msgspec
from aiokafka import AIOKafkaProducer, TopicPartition
from copydesk_teststages import tally

from copydesk.client.connection import Connection
from copydesk.runtime.frames import InputContext
from copydesk.runtime.settings import Settings
from copydesk.runtime.stage_process import StageProcess
from copydesk.runtime.state.partition_state import MARK_KEY, VERSION_HEADER, Mark, PartitionState
from copydesk.runtime.state.restoring import restore
from copydesk.runtime.state.stores import FolderStore, MemoryStore, Note, Store
from copydesk.stage import State
from harness.brokers import own_kafka
from harness.running import Cluster

ROW = b"x" * 100
LOOKUPS = 5_000


async def main(rows: int) -> None:
    """Fill a changelog, restore it, look up."""
    with tempfile.TemporaryDirectory() as folder, own_kafka(Path(folder) / "kafka") as kafka:
        async with Cluster(kafka) as here:
            await here.create(
                "tally.changelog", partitions=1, configs={"tally.changelog": {"cleanup.policy": "compact"}}
            )
            connection = Connection(brokers=kafka.brokers, topic_prefix=here.prefix)
            await fill(kafka.brokers, connection.full_name("tally.changelog"), rows)
            for name, store in stores(Path(folder)):
                await restored(name, store, connection)
                store.close()
            # the folder is whole now: what a restarted worker reads
            await restored("folder, again", FolderStore(Path(folder) / "state", Note(version=1)), connection)
    await lookups()


def stores(folder: Path) -> list[tuple[str, Store]]:
    """Both kinds, empty."""
    return [
        ("memory", MemoryStore(Note(version=1))),
        ("folder", FolderStore(folder / "state", Note(version=1))),
    ]


async def fill(brokers: str, topic: str, rows: int) -> None:
    """Write rows, a mark behind every fifty."""
    producer = AIOKafkaProducer(bootstrap_servers=brokers, linger_ms=20, max_batch_size=1 << 18)
    await producer.start()
    headers = [(VERSION_HEADER, b"1")]
    futures = []
    for number in range(rows):
        futures.append(await producer.send(topic, ROW, key=b"key/%d" % number, headers=headers, partition=0))
        if number % 50 == 49:
            mark = msgspec.msgpack.encode(Mark(next=number + 1))
            futures.append(await producer.send(topic, mark, key=MARK_KEY, headers=headers, partition=0))
        if len(futures) > 20_000:
            await asyncio.gather(*futures)
            futures.clear()
    await asyncio.gather(*futures)
    await producer.stop()


async def restored(name: str, store: Store, connection: Connection) -> None:
    """One restore."""
    state = PartitionState(State(version=1), store, on_future_time=lambda _: None)
    cpu = time.process_time()
    found = await restore(
        state, TopicPartition(connection.full_name("tally.changelog"), 0), connection,
        name="tally.changelog", transactions=True, on_progress=lambda _position, _end: True,
    )  # fmt: skip
    assert found is not None
    cpu = time.process_time() - cpu
    say(f"{name:14} {found.records:9} records {found.seconds:7.2f} s {cpu:7.2f} CPU-s  {store.size / 1e6:8.1f} MB")


async def lookups() -> None:
    """A lookup for each article from the stage's process, beside the same stage's function in this one."""
    process = StageProcess(tally, Settings())
    rows = {b"a": b"1"}
    process.answer = lambda _table, keys: [rows.get(key) for key in keys]
    await process.start()
    value = b'{"id": "a", "text": "some words"}'
    for _ in range(200):
        process.submit(b"a", value, InputContext())
        await process.next_outcome()
    began = time.perf_counter()
    for _ in range(LOOKUPS):
        process.submit(b"a", value, InputContext())
        await process.next_outcome()
    apart = time.perf_counter() - began
    await process.stop()

    from copydesk.runtime import execution
    from copydesk.stage import Lookup, Memory

    function = execution.load(tally)
    memory = Memory(time=0, ingested=0, state=Lookup(lambda keys: [rows.get(key) for key in keys]))
    began = time.perf_counter()
    for _ in range(LOOKUPS):
        execution.run(tally, function, value, b"a", memory)
    here = time.perf_counter() - began
    say(f"an article with a lookup: {1e6 * apart / LOOKUPS:.0f} us in a process apart, {1e6 * here / LOOKUPS:.0f} here")


def say(line: str) -> None:
    """Print a line."""
    print(line, flush=True)  # noqa: T201 - what one runs this for


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000))

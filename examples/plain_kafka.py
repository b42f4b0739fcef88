"""Publish an article and read the enriched one, with only a Kafka client and JSON, without copydesk's packages.

Usage: python examples/plain_kafka.py 127.0.0.1:9092 page.txt
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer


async def main(brokers: str, id_: str, text: str, prefix: str = "") -> None:
    """Publish one article, wait for the enriched one, and print its quotes with their speakers."""
    # read_committed: stages write in transactions, and records of an aborted one are no results
    consumer = AIOKafkaConsumer(
        prefix + "articles.scored", bootstrap_servers=brokers, isolation_level="read_committed",
        auto_offset_reset="earliest", max_partition_fetch_bytes=11 * 1024 * 1024,
    )  # fmt: skip
    producer = AIOKafkaProducer(bootstrap_servers=brokers, acks="all", max_request_size=5 * 1024 * 1024)
    await consumer.start()
    await producer.start()
    try:
        # the article's id is the key, so that versions of one article stay in order
        article = json.dumps({"id": id_, "text": text}).encode()
        await producer.send_and_wait(prefix + "articles.raw", article, key=id_.encode())
        async for record in consumer:
            if record.key == id_.encode() and record.value is not None:
                scored = json.loads(record.value)
                for quote in scored["quotes"]:
                    print(f"{quote['speaker']['name'] or 'nobody named'}: {quote['text']}")
                return
    finally:
        await producer.stop()
        await consumer.stop()


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit("say the brokers and a file: python examples/plain_kafka.py 127.0.0.1:9092 page.txt")
    page = Path(sys.argv[2])  # its name without the ending is the id, as `copydesk publish` has it
    asyncio.run(main(sys.argv[1], page.stem, page.read_text(encoding="utf-8"), *sys.argv[3:]))

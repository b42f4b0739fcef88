"""Records of sites on a broker, and an operator's orders about them."""

from __future__ import annotations

from typing import Any

from copydesk.client.connection import Connection
from copydesk.client.producing import make_producer, started_producer
from copydesk.client.tail import open_tail
from copydesk.contracts.articles import InvalidDocumentError
from copydesk.contracts.envelope import event, rfc3339
from copydesk.contracts.sites import SeenPage, SiteRecord
from copydesk.contracts.topics import topic
from copydesk.operations import broker_checks

SITES, SEEN = "sites", "sites.seen"


async def read_sites(connection: Connection) -> dict[str, SiteRecord]:
    """Newest record of every site, by host.

    Raises:
        BrokerAwayError: The broker does not answer.
        UnknownTopicError: The topic does not exist.
    """
    rows: dict[bytes, bytes | None] = {}

    def take(record: Any) -> None:
        if record.key is not None:
            rows[record.key] = record.value

    transactions = await broker_checks.has_transactions(connection)
    async with open_tail(connection, SITES, transactions=transactions) as tail:
        await tail.read(take)
    found = {}
    for value in rows.values():
        if value is None:
            continue
        try:
            record = SiteRecord.read(value, None)
        except InvalidDocumentError:  # of a newer version: the others can be shown
            continue
        found[record.site] = record
    return dict(sorted(found.items()))


async def send_order(connection: Connection, site: str, order: SeenPage | None, *, now: int, id_: str) -> None:
    """Give the stage `sites` an order; it is carried out in the order of the site's articles.

    Args:
        connection: The broker.
        site: Host of the site.
        order: Pinned and excluded texts; None: forget the site.
        now: Time in milliseconds since 1970.
        id_: Id of the order as an event, so that one that is delivered again counts once.

    Raises:
        BrokerAwayError: The broker does not answer.
        KafkaError: The broker refused it.
    """
    headers = event(id_=id_, source="/copydesk/operator", type_="copydesk.site-order.v1", time=now, subject=site)
    headers.append(("ce_ingestedtime", rfc3339(now).encode()))
    producer = make_producer(connection, max_record_bytes=topic(SEEN).max_message_bytes)
    async with started_producer(producer, connection):
        value = None if order is None else order.write()
        await producer.send_and_wait(connection.full_name(SEEN), value, key=site.encode(), headers=headers)


__all__ = ["read_sites", "send_order"]

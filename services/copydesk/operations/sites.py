"""Records of sites on a broker, and an operator's orders about them."""

from __future__ import annotations

from contextlib import aclosing, suppress

from copydesk.client.connection import Connection
from copydesk.client.consuming import consume
from copydesk.client.producing import make_producer, started_producer
from copydesk.contracts.articles import InvalidDocumentError
from copydesk.contracts.envelope import event, rfc3339
from copydesk.contracts.sites import SeenPage, SiteRecord
from copydesk.contracts.topics import topic

SITES, SEEN = "sites", "sites.seen"


async def read_sites(connection: Connection) -> dict[str, SiteRecord]:
    """Newest record of every site, by host.

    Raises:
        BrokerAwayError: The broker does not answer.
        UnknownTopicError: The topic does not exist.
    """
    newest: dict[bytes | None, bytes | None] = {}
    async with aclosing(consume(SITES, follow=False, connection=connection)) as messages:
        async for message in messages:
            newest[message.key] = message.value
    found = {}
    for value in filter(None, newest.values()):
        with suppress(InvalidDocumentError):  # of a newer version: the others can be shown
            record = SiteRecord.read(value, None)
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

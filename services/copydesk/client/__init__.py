"""The client library: publish articles, consume enriched ones. It needs no faust and no models.

Example::

    from copydesk.client import Publisher, consume

    async with Publisher() as publisher:
        await publisher.publish({"url": "https://example.org/a", "text": "..."})

    async for message in consume("articles.scored", group="my-app"):
        print(message.article.title)

    message = await enrich({"text": "..."})  # publish one article and wait for its result

The first connection changes aiokafka in this process: `copydesk.client.aiokafka_patches` says how and why.
"""

from copydesk.client.connection import BrokerAwayError, Connection, SettingsError, read_connection
from copydesk.client.consuming import Message, consume
from copydesk.client.enriching import DeadLetterError, enrich, follow
from copydesk.client.publishing import Published, Publisher, TooLargeError

__all__ = [
    "BrokerAwayError",
    "Connection",
    "DeadLetterError",
    "Message",
    "Published",
    "Publisher",
    "SettingsError",
    "TooLargeError",
    "consume",
    "enrich",
    "follow",
    "read_connection",
]

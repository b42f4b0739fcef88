"""The addresses that a broker advertises: clients ask the bootstrap servers once, and then only these.

With the wrong `advertised.listeners` (the usual mistake with a broker in a container), the first answer comes and
nothing after it: aiokafka tries for ever, and no topic seems to exist.
"""

from __future__ import annotations

import asyncio

from aiokafka.client import AIOKafkaClient

from copydesk.client.connection import BrokerAwayError, Connection
from copydesk.client.servers import Server, find_unreachable, parse_servers

CONNECT_SECONDS = 3.0
"""Time for a connection to an advertised address."""


async def check_advertised(client: AIOKafkaClient, connection: Connection) -> None:
    """Check that at least one of the addresses that the cluster advertises can be reached.

    Where one of them is a bootstrap server, it was: nothing is asked. That one of several brokers is out of reach is
    no reason to give up.

    Args:
        client: A client that has started: it knows the cluster's brokers.
        connection: The broker.

    Raises:
        BrokerAwayError: None can be reached.
    """
    advertised = {Server(broker.host, broker.port) for broker in client.cluster.brokers()}
    if not advertised or advertised & set(parse_servers(connection.brokers)):
        return
    servers = sorted(advertised)
    problems = await asyncio.gather(*(find_unreachable(server, CONNECT_SECONDS) for server in servers))
    if None in problems:
        return
    addresses = ", ".join(f"{server} ({problem})" for server, problem in zip(servers, problems, strict=True))
    raise BrokerAwayError(
        f"{connection.brokers} answers, but the broker advertises {addresses}, which cannot be reached from here: set "
        "its advertised.listeners (in a container KAFKA_ADVERTISED_LISTENERS) to an address that its clients reach"
    )


__all__ = ["check_advertised"]

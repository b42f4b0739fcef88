"""First steps of a worker: serve its metrics, check topics, rights, limits and transactions of the broker."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from copydesk.client.topic_metadata import fetch_topic_metadata
from copydesk.operations import broker_checks
from copydesk.operations.broker_checks import SetupError
from copydesk.operations.rights import check_rights
from copydesk.runtime.metrics_server import MetricsServer
from copydesk.runtime.settings import Settings
from copydesk.stage import Stage

if TYPE_CHECKING:
    from structlog.stdlib import BoundLogger


class Cluster(NamedTuple):
    """Facts about the cluster that a worker needs."""

    id: str | None
    """Id of the cluster; None if the broker has none."""

    limits: Mapping[str, int]
    """`max.message.bytes` of the stage's topics, by full name."""

    transactions: bool
    """True if results and offsets are committed in transactions."""

    changelog_id: str | None = None
    """Id of the changelog of the stage's state; None: the broker has no topic ids, or the stage no state."""


async def check_cluster(stage: Stage, settings: Settings, log: BoundLogger) -> Cluster:
    """Make sure that a worker of this stage can work on this cluster.

    Raises:
        BrokerAwayError: Nothing answers.
        SetupError: A topic or a right is missing, partition counts differ, or the settings ask for transactions and
            the broker has none.
    """
    async with broker_checks.admin(settings, seconds=settings.broker_seconds) as client:
        id_ = await broker_checks.cluster_id(client)
        await check_rights(client, stage, settings)
        await broker_checks.check_topics(client, settings, stage)
        limits = await broker_checks.size_limits(client, settings, stage)
        changelog_id = None
        if stage.changelog is not None:
            metadata = await fetch_topic_metadata(client._client, settings.full_name(stage.changelog))  # noqa: SLF001
            changelog_id = None if metadata is None else metadata.id
    return Cluster(id_, limits, await _use_transactions(settings, log), changelog_id)


async def serve_metrics(server: MetricsServer, settings: Settings, log: BoundLogger) -> None:
    """Serve metrics and health where the settings say, and log the address.

    Raises:
        SetupError: The port is taken.
    """
    host, port = settings.metrics_host, settings.metrics_port
    try:
        port = await server.start(host, port)
    except OSError as error:
        raise SetupError(f"metrics cannot be served on {host}:{port}: {error}; see COPYDESK_METRICS_PORT") from None
    log.info("metrics", url=f"http://{host}:{port}/metrics")


async def _use_transactions(settings: Settings, log: BoundLogger) -> bool:
    """True if the settings allow transactions and the broker has them."""
    if settings.delivery == "at_least_once":
        return False
    if await broker_checks.has_transactions(settings):
        return True
    if settings.delivery == "auto":
        log.warning(
            "at least once",
            problem="this broker has no transactions: after a crash an article may come twice, with the same ce_id",
        )
        return False
    raise SetupError(
        "this broker has no transactions: set COPYDESK_DELIVERY=at_least_once (or auto), or use Apache Kafka"
    )


__all__ = ["Cluster", "check_cluster", "serve_metrics"]

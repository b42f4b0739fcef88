"""Every metric of a worker: names, help and labels in one place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info

import copydesk
from copydesk.runtime.execution import Disposition
from copydesk.stage import Stage

_ARTICLE_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
_END_TO_END_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 3600, 21600)


class Metrics:
    """The metrics of one worker, in a registry of its own; `stage` is a label, so that one panel sums all stages."""

    def __init__(self, stage: Stage) -> None:
        """Metrics at zero: a counter that never counted shows, too."""
        self.registry = CollectorRegistry()
        self._stage = stage.name
        # Articles by what became of them; the dispositions of a stage add up to the articles it read.
        articles = Counter(
            "copydesk_articles", "Articles by what became of them", ["stage", "disposition"], registry=self.registry
        )
        # Time in the stage's process, models loaded; no queueing, no broker.
        took = Histogram(
            "copydesk_article_seconds",
            "Seconds an article spent in the stage",
            ["stage"],
            buckets=_ARTICLE_SECONDS,
            registry=self.registry,
        )
        # Now minus ce_ingestedtime, when a result is committed.
        arrived = Histogram(
            "copydesk_end_to_end_seconds",
            "Seconds from the raw article's arrival to this stage's result",
            ["stage"],
            buckets=_END_TO_END_SECONDS,
            registry=self.registry,
        )
        # Read and not yet committed.
        self._inflight = Gauge("copydesk_inflight", "Articles in hand", ["stage"], registry=self.registry)
        # Last stable offset minus position: transaction markers make about 1 of an idle partition.
        self._lag = Gauge(
            "copydesk_consumer_lag",
            "Offsets between the committed position and the last stable offset",
            ["stage", "topic", "partition"],
            registry=self.registry,
        )
        # 1 once the worker takes no more articles because too many failed.
        self._halted = Gauge("copydesk_halted", "Whether the worker has halted", ["stage"], registry=self.registry)
        # The stage's process was lost to an article (time-out, crash, memory) or started for the first time.
        self._children = Counter(
            "copydesk_child_starts", "Starts of the stage's process", ["stage"], registry=self.registry
        )
        # Offsets that retention removed before this worker's group had read them: articles lost to the stage.
        self._expired = Counter(
            "copydesk_expired_offsets",
            "Offsets that expired before they were read",
            ["stage", "topic", "partition"],
            registry=self.registry,
        )
        # Assignments of partitions to this worker.
        self._rebalances = Counter(
            "copydesk_rebalances", "Assignments of partitions", ["stage"], registry=self.registry
        )
        # Transactions (or, at least once, commits of offsets).
        self._commits = Counter("copydesk_commits", "Batches committed", ["stage"], registry=self.registry)
        # When the process began: what restarts is what changes this.
        started = Gauge(
            "copydesk_start_time_seconds", "When the worker started, since 1970", ["stage"], registry=self.registry
        )
        started.labels(self._stage).set_to_current_time()
        # What the stage says of its own results.
        self._measures = {
            one.name: Histogram(
                f"copydesk_{one.name}", one.help, ["stage"], buckets=one.buckets, registry=self.registry
            ).labels(self._stage)
            for one in stage.measures
        }
        build = Info("copydesk_build", "Version of copydesk and of the stage", registry=self.registry)
        build.info({"version": copydesk.__version__, "stage": stage.name, "stage_version": stage.version})
        # what is counted an article is looked up once
        self._became = {one: articles.labels(self._stage, one) for one in get_args(Disposition)}
        self._took, self._arrived = took.labels(self._stage), arrived.labels(self._stage)
        for metric in (self._halted, self._inflight, self._children, self._rebalances, self._commits):
            metric.labels(self._stage)

    def count(self, disposition: Disposition) -> None:
        """One article has become this."""
        self._became[disposition].inc()

    def article_took(self, seconds: float) -> None:
        """One article was in the stage for so long."""
        self._took.observe(seconds)

    def arrived(self, seconds: float) -> None:
        """A result was committed so long after the raw article arrived."""
        self._arrived.observe(seconds)

    def measured(self, measures: Mapping[str, float]) -> None:
        """The stage's measures say this of a result."""
        for name, value in measures.items():
            self._measures[name].observe(value)

    def in_hand(self, articles: int) -> None:
        """So many articles are read and not yet committed."""
        self._inflight.labels(self._stage).set(articles)

    def lag(self, topic: str, partition: int, offsets: int) -> None:
        """So far is a partition behind."""
        self._lag.labels(self._stage, topic, str(partition)).set(offsets)

    def forget_lag(self) -> None:
        """The partitions are somebody else's now."""
        self._lag.clear()

    def expired(self, topic: str, partition: int, offsets: int) -> None:
        """So many offsets of a partition are gone unread."""
        self._expired.labels(self._stage, topic, str(partition)).inc(offsets)

    def halted(self) -> None:
        """The worker has halted."""
        self._halted.labels(self._stage).set(1)

    def child_started(self) -> None:
        """The stage's process was started."""
        self._children.labels(self._stage).inc()

    def rebalanced(self) -> None:
        """Partitions were assigned."""
        self._rebalances.labels(self._stage).inc()

    def committed(self) -> None:
        """A batch was committed."""
        self._commits.labels(self._stage).inc()

"""Every metric of a worker: names, help and labels in one place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info

import copydesk
from copydesk.runtime.execution import Disposition
from copydesk.stage import Stage

_ARTICLE_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
_END_TO_END_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 3600, 21600)


class Metrics:
    """The metrics of one worker, in a registry of its own. All have the label `stage`: one panel shows all stages."""

    def __init__(self, stage: Stage) -> None:
        """Create all metrics at zero, so that a counter that never counted is exported, too."""
        self.registry = CollectorRegistry()
        self._stage = stage.name
        # Articles by disposition. The dispositions of a stage add up to the articles that it read.
        articles = Counter(
            "copydesk_articles", "Articles by what became of them", ["stage", "disposition"], registry=self.registry
        )
        # Time in the stage's process with the models loaded: no queueing, no broker.
        processing = Histogram(
            "copydesk_article_seconds",
            "Seconds an article spent in the stage",
            ["stage"],
            buckets=_ARTICLE_SECONDS,
            registry=self.registry,
        )
        # Time of the commit minus ce_ingestedtime.
        end_to_end = Histogram(
            "copydesk_end_to_end_seconds",
            "Seconds from the raw article's arrival to this stage's result",
            ["stage"],
            buckets=_END_TO_END_SECONDS,
            registry=self.registry,
        )
        # Articles that were read and are not committed yet.
        self._in_flight = Gauge("copydesk_inflight", "Articles in hand", ["stage"], registry=self.registry)
        # Last stable offset minus position: transaction markers make it about 1 on an idle partition.
        self._lag = Gauge(
            "copydesk_consumer_lag",
            "Offsets between the committed position and the last stable offset",
            ["stage", "topic", "partition"],
            registry=self.registry,
        )
        # High watermark minus last stable offset, where a transaction has been open for ten seconds.
        self._held_back = Gauge(
            "copydesk_held_back_offsets",
            "Offsets that an open transaction holds back from the worker",
            ["stage", "topic", "partition"],
            registry=self.registry,
        )
        # 1 once the worker takes no more articles because too many failed.
        self._halted = Gauge("copydesk_halted", "Whether the worker has halted", ["stage"], registry=self.registry)
        # Starts of the stage's process: the first one, and one after every article that cost it.
        self._process_starts = Counter(
            "copydesk_child_starts", "Starts of the stage's process", ["stage"], registry=self.registry
        )
        # Offsets that retention removed before this worker's group had read them: articles lost to the stage.
        self._expired = Counter(
            "copydesk_expired_offsets",
            "Offsets that expired before they were read",
            ["stage", "topic", "partition"],
            registry=self.registry,
        )
        # Rows of the state, in the partitions of this worker; an estimate where they lie in a folder.
        self._state_rows = Gauge(
            "copydesk_state_rows", "Rows of the state by partition", ["stage", "partition"], registry=self.registry
        )
        # Bytes of these rows, in memory or in the folder.
        self._state_bytes = Gauge(
            "copydesk_state_bytes", "Bytes of the state by partition", ["stage", "partition", "kept"],
            registry=self.registry,
        )  # fmt: skip
        # Seconds that the last restore of the partition took.
        self._state_restore = Gauge(
            "copydesk_state_restore_seconds", "Seconds of the last restore", ["stage", "partition"],
            registry=self.registry,
        )  # fmt: skip
        # Offsets of the changelog that are not restored yet; 0 once the partition is at work.
        self._state_behind = Gauge(
            "copydesk_state_behind_offsets", "Offsets of the changelog still to be restored", ["stage", "partition"],
            registry=self.registry,
        )  # fmt: skip
        # Keys of the tables that the stage looks up.
        self._table_keys = Gauge(
            "copydesk_table_keys", "Keys of a read-only table", ["stage", "topic"], registry=self.registry
        )
        # Assignments of partitions to this worker.
        self._rebalances = Counter(
            "copydesk_rebalances", "Assignments of partitions", ["stage"], registry=self.registry
        )
        # Transactions, or commits of offsets where delivery is at least once.
        self._commits = Counter("copydesk_commits", "Batches committed", ["stage"], registry=self.registry)
        # Start of the process: it changes with every restart.
        started = Gauge(
            "copydesk_start_time_seconds", "When the worker started, since 1970", ["stage"], registry=self.registry
        )
        started.labels(self._stage).set_to_current_time()
        # Numbers that the stage itself declares about its results.
        self._measures = {
            measure.name: Histogram(
                f"copydesk_{measure.name}", measure.help, ["stage"], buckets=measure.buckets, registry=self.registry
            ).labels(self._stage)
            for measure in stage.measures
        }
        build = Info("copydesk_build", "Version of copydesk and of the stage", registry=self.registry)
        build.info({"version": copydesk.__version__, "stage": stage.name, "stage_version": stage.version})
        # looked up once, not for every article
        self._articles = {
            disposition: articles.labels(self._stage, disposition) for disposition in get_args(Disposition)
        }
        self._processing, self._end_to_end = processing.labels(self._stage), end_to_end.labels(self._stage)
        for metric in (self._halted, self._in_flight, self._process_starts, self._rebalances, self._commits):
            metric.labels(self._stage)

    def count_article(self, disposition: Disposition) -> None:
        """Count a committed article."""
        self._articles[disposition].inc()

    def observe_processing(self, seconds: float) -> None:
        """Observe the time that an article spent in the stage's process."""
        self._processing.observe(seconds)

    def observe_end_to_end(self, seconds: float) -> None:
        """Observe the time from the raw article's arrival to the commit of this stage's result."""
        self._end_to_end.observe(seconds)

    def observe_measures(self, measures: Mapping[str, float]) -> None:
        """Observe the stage's own measures of a result, by name."""
        for name, value in measures.items():
            self._measures[name].observe(value)

    def set_in_flight(self, articles: int) -> None:
        """Set the number of articles that were read and are not committed yet."""
        self._in_flight.labels(self._stage).set(articles)

    def set_lag(self, topic: str, partition: int, offsets: int) -> None:
        """Set a partition's consumer lag, in offsets."""
        self._lag.labels(self._stage, topic, str(partition)).set(offsets)

    def set_held_back(self, topic: str, partition: int, offsets: int) -> None:
        """Set the number of offsets of a partition that an open transaction holds back."""
        self._held_back.labels(self._stage, topic, str(partition)).set(offsets)

    def clear_lag(self) -> None:
        """Forget the lag of all partitions; they may belong to another worker now."""
        self._lag.clear()
        self._held_back.clear()

    def count_expired(self, topic: str, partition: int, offsets: int) -> None:
        """Count offsets of a partition that retention removed before they were read."""
        self._expired.labels(self._stage, topic, str(partition)).inc(offsets)

    def set_state_size(self, partition: int, rows: int, size: int, *, kept: Literal["memory", "folder"]) -> None:
        """Set rows and bytes of a partition's state."""
        self._state_rows.labels(self._stage, str(partition)).set(rows)
        self._state_bytes.labels(self._stage, str(partition), kept).set(size)

    def set_state_behind(self, partition: int, offsets: int) -> None:
        """Set the number of offsets of the changelog that a partition has still to restore."""
        self._state_behind.labels(self._stage, str(partition)).set(offsets)

    def set_state_restored(self, partition: int, seconds: float) -> None:
        """Set the time that the restore of a partition took."""
        self._state_restore.labels(self._stage, str(partition)).set(seconds)

    def clear_state(self, partition: int) -> None:
        """Forget the state of a partition that belongs to another worker now."""
        for metric in (self._state_rows, self._state_bytes, self._state_restore, self._state_behind):
            metric.remove_by_labels({"stage": self._stage, "partition": str(partition)})

    def set_table_keys(self, topic: str, keys: int) -> None:
        """Set the number of keys of a table."""
        self._table_keys.labels(self._stage, topic).set(keys)

    def set_halted(self) -> None:
        """Note that the worker has halted."""
        self._halted.labels(self._stage).set(1)

    def count_process_start(self) -> None:
        """Count a start of the stage's process."""
        self._process_starts.labels(self._stage).inc()

    def count_rebalance(self) -> None:
        """Count an assignment of partitions."""
        self._rebalances.labels(self._stage).inc()

    def count_commit(self) -> None:
        """Count a commit."""
        self._commits.labels(self._stage).inc()

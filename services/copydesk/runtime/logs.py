"""Logs: structlog on standard error, as JSON unless it is a terminal. Logs of libraries take the same way."""

from __future__ import annotations

import logging
import os
import sys
from io import StringIO
from typing import TYPE_CHECKING

import orjson
import structlog

from copydesk.runtime.settings import Settings
from copydesk.terminal_text import escape, escape_json, sanitize

if TYPE_CHECKING:
    from typing import TextIO

    from structlog.typing import EventDict, ExcInfo, Processor


_LEVELS = {
    "faust": logging.WARNING,
    "mode": logging.WARNING,
    "copydesk.runtime.faust_app": logging.WARNING,  # mode logs under the name of the subclass's module
    # it logs every rebalance and the first use of a new broker as warnings or errors; what matters, it raises
    "aiokafka": logging.CRITICAL,
}


def set_up_logs(settings: Settings, **bound: str) -> structlog.stdlib.BoundLogger:
    """Set up logging as the settings say, and return the worker's logger. Every line has the fields `bound`.

    faust and mode log from warnings on: their lower levels are of use to their authors only.
    """
    as_json = settings.log_format == "json" or (settings.log_format == "auto" and not sys.stderr.isatty())
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: Processor = (
        structlog.processors.JSONRenderer(serializer=_dump)
        if as_json
        else structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty() and not os.environ.get("NO_COLOR"),
            pad_event_to=0,
            exception_formatter=_write_trace,
        )
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info if as_json else _escape_values,
                last,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("copydesk").setLevel(settings.log_level.upper())
    for name, level in _LEVELS.items():
        logging.getLogger(name).setLevel(level)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    logger: structlog.stdlib.BoundLogger = structlog.get_logger("copydesk").bind(**bound)
    return logger


def _dump(event: object, **_: object) -> str:
    return escape_json(orjson.dumps(event, default=str)).decode()


def _escape_values(_logger: object, _method: str, event: EventDict) -> EventDict:
    """Fields in one line each: ids, file names and error messages come from articles."""
    return {name: escape(value) if isinstance(value, str) else value for name, value in event.items()}


def _write_trace(stream: TextIO, exc_info: ExcInfo) -> None:
    """Write a stack trace without variables, which may hold articles."""
    trace = StringIO()
    structlog.dev.plain_traceback(trace, exc_info)
    stream.write(sanitize(trace.getvalue()))

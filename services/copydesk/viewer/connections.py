"""Connections to the page: they are closed when they ask for nothing, and their number is bounded."""

from __future__ import annotations

import asyncio

from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

REQUEST_SECONDS = 10.0
"""Time for a request's headers, and about the time after which an idle connection is closed."""


class BoundedConnection(H11Protocol):
    """HTTP connection that is closed if no request comes in time.

    uvicorn closes a connection some seconds after a response, unless a byte has come since; one that never sends a
    complete request would stay open. Past twice the number of `limit_concurrency` (up to which requests are answered
    with 503) connections are closed at once, so that their number, too, is bounded.
    """

    _timer: asyncio.TimerHandle | None = None
    _last_cycle: RequestResponseCycle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        """Count the connection, and begin to wait for its first request."""
        super().connection_made(transport)
        if self.limit_concurrency is not None and len(self.connections) > 2 * self.limit_concurrency:
            transport.abort()
        else:
            self._timer = self.loop.call_later(REQUEST_SECONDS, self._check)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        if self._timer is not None:
            self._timer.cancel()
        super().connection_lost(exc)

    def _check(self) -> None:
        """Close the connection if no request was answered since the last check and none is being answered."""
        cycle: RequestResponseCycle | None = self.cycle
        if cycle is self._last_cycle and (cycle is None or cycle.response_complete):
            self.transport.close()
            return
        self._last_cycle = cycle
        self._timer = self.loop.call_later(REQUEST_SECONDS, self._check)


__all__ = ["BoundedConnection"]

"""HTTP server for a worker's metrics and health."""

from __future__ import annotations

import msgspec
from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from copydesk.runtime.health import Health, unhealthy


class MetricsServer:
    """Serves `/metrics`, `/health` and `/ready` from the worker's event loop."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """Prepare; `start` begins to serve."""
        self.health: Health | None = None
        """The last health report, or None before the first one."""
        self._registry = registry
        self._runner: web.AppRunner | None = None

    async def start(self, host: str, port: int) -> int:
        """Serve, and return the port. Port 0 takes any free one.

        Raises:
            OSError: The port is taken.
        """
        app = web.Application()
        app.router.add_get("/metrics", self._metrics)
        app.router.add_get("/health", self._health)
        app.router.add_get("/ready", self._ready)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, host, port).start()
        bound: int = self._runner.addresses[0][1]
        return bound

    async def stop(self) -> None:
        """Stop serving."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def _metrics(self, _: web.Request) -> web.Response:
        return web.Response(body=generate_latest(self._registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    async def _health(self, _: web.Request) -> web.Response:
        return self._respond(ready=False)

    async def _ready(self, _: web.Request) -> web.Response:
        return self._respond(ready=True)

    def _respond(self, *, ready: bool) -> web.Response:
        problem = "starting" if self.health is None else unhealthy(self.health, ready=ready)
        body = msgspec.json.encode({"problem": problem, "worker": self.health})
        return web.Response(body=body, status=503 if problem else 200, content_type="application/json")

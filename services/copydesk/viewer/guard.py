"""Who may ask for what: host names, origins, the token, and the headers that bind the browser."""

from __future__ import annotations

import hashlib
import hmac
from urllib.parse import parse_qs, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from copydesk.viewer.settings import ViewerSettings, is_local

COOKIE = "copydesk-viewer"
FORM_BYTES = 4096

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "same-origin",  # with none at all, the login form's own Origin would be null
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""On every answer: nothing inline, nothing from elsewhere, in nobody's frame, and no string that becomes code."""

OPEN = frozenset({"/login", "/static/page.css", "/static/icon.svg"})
"""What is there before the token is told."""


class Guard:
    """Stands before the page (ASGI middleware)."""

    def __init__(self, app: ASGIApp, settings: ViewerSettings) -> None:
        """Before this application, by these settings."""
        self._app = app
        self._token = settings.token
        named = {name.strip().lower() for name in settings.hosts.split(",") if name.strip()}
        # Behind a token another name is harmless: the browser has no cookie for it. Without one, a page elsewhere whose
        # name is made to point here (DNS rebinding) would be let in, so only our own names count.
        self._any_host = bool(settings.token) and not named and not settings.is_local
        self._hosts = named

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or pass on; every answer gets the headers."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        app: ASGIApp = self._refusal(request) or await self._login(request) or self._app

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(HEADERS)
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await app(scope, receive, send_with_headers)

    def _refusal(self, request: Request) -> Response | None:
        host = _host_name(request.headers)
        if not (self._any_host or is_local(host) or host in self._hosts):
            return PlainTextResponse(
                f"not served as {host!r}: ask for it by its address, or set COPYDESK_VIEWER_HOSTS\n", 421
            )
        asks = request.method not in {"GET", "HEAD"} or not _is_navigation(request)
        if asks and _from_elsewhere(request):
            return PlainTextResponse("asked by a page of another site\n", 403)
        return None

    async def _login(self, request: Request) -> Response | None:
        """What somebody gets who has not told the token; None for who has."""
        if not self._token or self._knows_token(request):
            return RedirectResponse("/", 303) if request.url.path == "/login" else None
        path = request.url.path
        if path == "/login" and request.method == "POST":
            told = await _read_form_token(request)
            if not hmac.compare_digest(told.encode(), self._token.encode()):
                return RedirectResponse("/login?wrong", 303)
            answer = RedirectResponse("/", 303)
            secure = request.url.scheme == "https"
            answer.set_cookie(COOKIE, self._cookie(), httponly=True, samesite="strict", secure=secure, path="/")
            return answer
        if path in OPEN:
            return None
        if path == "/":
            return RedirectResponse("/login", 303)
        return PlainTextResponse("the token is missing: open the page and tell it\n", 401)

    def _knows_token(self, request: Request) -> bool:
        kind, _, told = request.headers.get("authorization", "").partition(" ")
        bearer = kind.lower() == "bearer" and hmac.compare_digest(told.strip().encode(), self._token.encode())
        return bearer or hmac.compare_digest(request.cookies.get(COOKIE, "").encode(), self._cookie().encode())

    def _cookie(self) -> str:
        """What stands for the token in a browser: it proves that it was told, and does not tell it."""
        return hmac.new(self._token.encode(), b"copydesk viewer", hashlib.sha256).hexdigest()


def _host_name(headers: Headers) -> str:
    """The name by which the page was asked for, without a port."""
    try:
        return (urlsplit(f"//{headers.get('host', '')}").hostname or "").lower()
    except ValueError:
        return ""


def _is_navigation(request: Request) -> bool:
    """Whether this only opens the page or loads its files."""
    return not request.url.path.startswith(("/api/", "/events"))


def _from_elsewhere(request: Request) -> bool:
    """Whether another site's page asks, as the browser tells it; programs tell nothing and are let through."""
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        return True
    origin = request.headers.get("origin")
    return origin is not None and urlsplit(origin).netloc.lower() != request.headers.get("host", "").lower()


async def _read_form_token(request: Request) -> str:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > FORM_BYTES:
            return ""
    return parse_qs(body.decode("utf-8", "replace")).get("token", [""])[0].strip()


__all__ = ["COOKIE", "HEADERS", "Guard"]

"""Access to the page: host names, origins, the token, and the response headers that restrict the browser."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import re
from urllib.parse import parse_qs, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from copydesk.viewer.settings import ViewerSettings, is_local

COOKIE = "copydesk-viewer"
FORM_BYTES = 4096
FORM_SECONDS = 10.0
"""Time for sending the login form."""

SECURITY_HEADERS = {
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
"""On every response: no inline code, nothing from other sites, no framing, no string that becomes code."""

PUBLIC_PATHS = frozenset({"/login", "/static/page.css", "/static/icon.svg"})
"""Paths that are served without the token."""

_is_host = re.compile(r"(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]*)(?::[0-9]{0,5})?").fullmatch
"""A name or an address, and a port: anything else is no Host of a browser, and would end up in URLs."""


class AccessControl:
    """ASGI middleware: refuses requests, asks for the token, and adds the security headers."""

    def __init__(self, app: ASGIApp, settings: ViewerSettings) -> None:
        """Wrap an application.

        Args:
            app: Gets the requests that pass.
            settings: Token, host and allowed host names.
        """
        self._app = app
        self._token = settings.token
        names = {name.strip().lower() for name in settings.hosts.split(",") if name.strip()}
        # With a token any host name is harmless: the browser has no cookie for another name. Without a token, a foreign
        # page whose name is made to point here (DNS rebinding) would be let in, so only our own names are accepted.
        self._any_host = bool(settings.token) and not names and not settings.is_local
        self._hosts = names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse a request or pass it on; every response gets the security headers."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        app: ASGIApp = self._refuse(request) or await self._log_in(request) or self._app

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(SECURITY_HEADERS)
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await app(scope, receive, send_with_headers)

    def _refuse(self, request: Request) -> Response | None:
        """Refusal of a malformed request, an unknown host name or another site's request, or None."""
        if malformed := _find_malformed(request.headers):
            return PlainTextResponse(f"malformed header: {malformed}\n", 400)
        host = _host_name(request.headers)
        if not (self._any_host or is_local(host) or host in self._hosts):
            return PlainTextResponse(
                f"not served as {host!r}: use the page's address, or set COPYDESK_VIEWER_HOSTS\n", 421
            )
        only_opens_page = request.method in {"GET", "HEAD"} and _is_navigation(request)
        if not only_opens_page and _is_from_other_site(request):
            return PlainTextResponse("refused: the request came from another site's page\n", 403)
        return None

    async def _log_in(self, request: Request) -> Response | None:
        """Response to a request without the token, or None if the request may pass."""
        if not self._token or self._has_token(request):
            return RedirectResponse("/", 303) if request.scope["path"] == "/login" else None
        path = request.scope["path"]  # the path that is served; that of request.url is made with the Host header
        if path == "/login" and request.method == "POST":
            token = await _read_form_token(request)
            if not hmac.compare_digest(token.encode(), self._token.encode()):
                return RedirectResponse("/login?wrong", 303)
            response = RedirectResponse("/", 303)
            secure = request.scope["scheme"] == "https"
            response.set_cookie(COOKIE, self._cookie_value(), httponly=True, samesite="strict", secure=secure, path="/")
            return response
        if path in PUBLIC_PATHS:
            return None
        if path == "/":
            return RedirectResponse("/login", 303)
        return PlainTextResponse("the token is missing: open the page and enter it\n", 401)

    def _has_token(self, request: Request) -> bool:
        """Return whether a request has the token in its header, or the cookie."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        bearer = scheme.lower() == "bearer" and hmac.compare_digest(token.strip().encode(), self._token.encode())
        cookie = request.cookies.get(COOKIE, "")
        return bearer or hmac.compare_digest(cookie.encode(), self._cookie_value().encode())

    def _cookie_value(self) -> str:
        """Value that proves that the browser sent the token, without revealing it."""
        return hmac.new(self._token.encode(), b"copydesk viewer", hashlib.sha256).hexdigest()


def _find_malformed(headers: Headers) -> str | None:
    """Name of a header whose value cannot be read, or None."""
    if not _is_host(headers.get("host", "")):
        return "Host"
    try:
        urlsplit(headers.get("origin", ""))
    except ValueError:  # such as http://[
        return "Origin"
    return None


def _host_name(headers: Headers) -> str:
    """Host name of a request without port, in lower case."""
    try:
        return (urlsplit(f"//{headers.get('host', '')}").hostname or "").lower()
    except ValueError:  # an address between brackets that is none
        return ""


def _is_navigation(request: Request) -> bool:
    """Return whether a request only opens the page or loads its files."""
    return not request.scope["path"].startswith(("/api/", "/events"))


def _is_from_other_site(request: Request) -> bool:
    """Return whether the browser says that another site's page sent a request; programs send no such header."""
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        return True
    origin = request.headers.get("origin")
    return origin is not None and urlsplit(origin).netloc.lower() != request.headers.get("host", "").lower()


async def _read_form_token(request: Request) -> str:
    """Token of a login form; empty if it is missing, or the form is too large or too slow."""
    body = b""
    try:
        async with asyncio.timeout(FORM_SECONDS):
            async for chunk in request.stream():
                body += chunk
                if len(body) > FORM_BYTES:
                    return ""
    except (TimeoutError, ClientDisconnect):
        return ""
    return parse_qs(body.decode("utf-8", "replace")).get("token", [""])[0].strip()


__all__ = ["COOKIE", "SECURITY_HEADERS", "AccessControl"]

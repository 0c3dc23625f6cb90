"""Puts the protective headers on every answer, errors included."""

from __future__ import annotations

import time

from flask import Flask, Response, g, request

from web.journal import write_entry
from web.tokens import Reader

NOBODY = "'none'"
_YEAR_SECONDS = 365 * 24 * 3600
_PHOTOS = frozenset({"photos.show_photo", "photos.show_small"})


def install_headers(app: Flask, erp_origin: str | None) -> None:
    """Send the set with each answer; only ``erp_origin`` may show the desk in a frame.

    Not more of it than the desk: see ``is_framed``.
    """
    framed, unframed = _policy(erp_origin), _policy(None)
    fixed = {
        "X-Content-Type-Options": "nosniff",
        "Strict-Transport-Security": f"max-age={_YEAR_SECONDS}",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    }

    @app.before_request
    def note_start() -> None:
        g.started = time.monotonic()

    @app.after_request
    def add_headers(response: Response) -> Response:
        response.headers.update(fixed)
        policy = framed if is_framed() else unframed
        response.headers["Content-Security-Policy"] = policy
        # A form that no session proves is judged by its origin, which browsers only
        # tell when some referrer may be told.
        referrer = "same-origin" if "never_framed" in g else "no-referrer"
        response.headers["Referrer-Policy"] = referrer
        response.headers["Cache-Control"] = _caching(response)
        _write_access(response)
        return response


def never_framed() -> None:
    """Let nobody show this answer in a frame, not even the ERP."""
    g.never_framed = True


def is_framed() -> bool:
    """Say whether the ERP may show this answer in a frame.

    Its launch opens the desk, and what goes wrong there shows there too.  Everything
    else, and the desk of who signed in with a password, stands in a window of its own.
    """
    if "never_framed" in g or not request.path.startswith("/desk/"):
        return request.path == "/open"
    reader: Reader | None = g.get("reader")
    return reader is None or reader.person_id is None


def _policy(erp_origin: str | None) -> str:
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data:",
            "connect-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "object-src 'none'",
            f"frame-ancestors {erp_origin or NOBODY}",
        )
    )


def _caching(response: Response) -> str:
    # Static files carry a digest of their content in the address.
    if request.endpoint == "static" and response.status_code in (200, 304):
        return f"public, max-age={_YEAR_SECONDS}, immutable"
    # A browser may keep a photo, but asks us each time whether it may still show it.
    if request.endpoint in _PHOTOS and response.status_code in (200, 304):
        return "private, no-cache"
    return "no-store"


def _write_access(response: Response) -> None:
    # The rule, not the path: paths hold sessions, query strings hold tokens.
    rule = request.url_rule
    started = g.get("started", time.monotonic())
    write_entry(
        "request",
        method=request.method,
        page=rule.rule if rule else "",
        status=response.status_code,
        milliseconds=round((time.monotonic() - started) * 1000),
    )

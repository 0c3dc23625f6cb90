"""Puts the protective headers on every answer, errors included."""

from __future__ import annotations

import time

from flask import Flask, Response, g, request

from web.journal import write_entry

NOBODY = "'none'"
_YEAR_SECONDS = 365 * 24 * 3600


def install_headers(app: Flask, erp_origin: str | None) -> None:
    """Send the set with each answer; only ``erp_origin`` may show us in a frame."""
    fixed = {
        "Content-Security-Policy": _policy(erp_origin),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
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
        response.headers["Cache-Control"] = _caching(response)
        _write_access(response)
        return response


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

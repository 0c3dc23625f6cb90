"""Serves the page under its own names only: a request for another is refused."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, request
from werkzeug.exceptions import BadRequest

from daemon.settings import Settings

_THIS_MACHINE = "localhost"
_ASKED_BY_ANYBODY = frozenset({"health.health"})
"""Whoever watches over processes asks them under whatever name."""


class HostRefused(BadRequest):
    """The request is for a name that is none of ours.

    Somebody else's name may lead here, so that his pages could read ours.
    """

    description = "The request names a host that this page is not served under."


def install_hosts(app: Flask, settings: Settings) -> None:
    """Refuse requests for names that the settings do not know.

    An address in digits is nobody's name: it cannot be made to lead here.
    """
    ours = {_name_in(urlsplit(settings.base_url).netloc), _THIS_MACHINE}
    ours.update(settings.hosts)

    # The first thing of all that is done, before a session is looked for.
    @app.url_value_preprocessor
    def check_host(endpoint: str | None, _values: Mapping[str, Any] | None) -> None:
        name = _name_in(request.host)
        if endpoint in _ASKED_BY_ANYBODY or name in ours or _is_in_digits(name):
            return
        raise HostRefused


def _name_in(host: str) -> str:
    try:
        return (urlsplit(f"//{host}").hostname or "").rstrip(".")
    except ValueError:
        return ""


def _is_in_digits(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True

"""Reads the address of a page: scheme, host and port, and nothing else.

What it lets pass stands in headers that tell browsers whom to trust, so it is judged by
what it may hold, not by what it may not.
"""

from __future__ import annotations

import re

_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HOST = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_ORIGIN = re.compile(rf"((?i:https?))://({_HOST.pattern})(:[0-9]{{1,5}})?/?")
_LONGEST_HOST = 253
_LARGEST_PORT = 65535


def read_origin(text: str) -> str:
    """Return an origin; host and port stay as they are written.

    Raises ``ValueError`` for a wildcard, a person, a path, a query, a blank, and
    whatever else is no plain address.
    """
    found = _ORIGIN.fullmatch(text)
    if found is None or len(found[2]) > _LONGEST_HOST:
        raise ValueError(text)
    scheme, host, port = found[1].lower(), found[2], found[3] or ""
    if port and not 0 < int(port[1:]) <= _LARGEST_PORT:
        raise ValueError(text)
    return f"{scheme}://{host}{port}"


def read_host(text: str) -> str:
    """Return the name of a host in small letters.  Raises ``ValueError``."""
    if not _HOST.fullmatch(text) or len(text) > _LONGEST_HOST:
        raise ValueError(text)
    return text.lower()

"""Addresses: numbers of records, and the language that links carry along."""

from __future__ import annotations

from typing import Any

from flask import Flask
from werkzeug.routing import IntegerConverter, Map

from web.language import asked_language

LARGEST_ID = 2**53 - 1


class RecordId(IntegerConverter):
    """A record's number; one that no database could hold is not found."""

    def __init__(self, map: Map) -> None:
        super().__init__(map, min=1, max=LARGEST_ID)


def install_routing(app: Flask) -> None:
    """Teach an application the addresses of this room."""
    app.url_map.converters["id"] = RecordId

    @app.url_defaults
    def keep_language(endpoint: str, values: dict[str, Any]) -> None:
        asked = asked_language()
        if asked and endpoint != "static":
            values.setdefault("lang", asked)

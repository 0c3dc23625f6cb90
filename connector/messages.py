"""Reads the parts of a webhook's request; whose they are is the channel's to check."""

from __future__ import annotations

from collections.abc import Mapping

from connector.errors import WebhookRefused
from connector.parsing import JsonRecord, Malformed, parse_json


def message_in(body: bytes) -> JsonRecord:
    """Return the object in a body whose signature was found right."""
    try:
        message = parse_json(body)
    except Malformed:
        message = None
    if not isinstance(message, dict):
        raise WebhookRefused("the message is not an object")
    return message


def header_values(headers: Mapping[str, str], *names: str) -> list[str]:
    """Return the values of all headers with one of these lower-case names."""
    return [value for name, value in headers.items() if name.lower() in names]


def authorization(headers: Mapping[str, str]) -> bytes:
    """Return the only ``Authorization`` header, to compare a signature with."""
    given = header_values(headers, "authorization")
    if len(given) != 1:
        raise WebhookRefused("there must be exactly one signature")
    return given[0].strip().encode("utf-8", "replace")

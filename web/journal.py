"""Writes the log: one line for each entry, whatever a field holds."""

from __future__ import annotations

import json
import logging

log = logging.getLogger("truestock.web")


def write_entry(event: str, *, level: int = logging.INFO, **fields: object) -> None:
    """Write one entry; fields are escaped, so that none can pose as another line."""
    if log.isEnabledFor(level):
        log.log(level, "%s %s", event, json.dumps(fields, default=str))

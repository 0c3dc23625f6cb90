"""Writes where a reading has come to as a cursor, and reads it again.

A position is a frozen dataclass of plain values.  Its cursor survives a restart, and
with it a change of the software: so it is checked like anything from outside.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, TypeVar

from connector.errors import PermanentError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Position = TypeVar("Position", bound="DataclassInstance")


def encoded(position: DataclassInstance) -> str:
    """Return the cursor that stands for ``position``."""
    written = json.dumps(asdict(position), separators=(",", ":"))
    return base64.urlsafe_b64encode(written.encode()).decode()


def decoded(
    kind: type[Position], cursor: str, is_sound: Callable[[Position], bool]
) -> Position:
    """Return the position that ``cursor`` stands for; else ``PermanentError``.

    The values are as whoever wrote the cursor left them, of any type: ``is_sound``
    says whether they can be right, and may raise ``TypeError`` or ``ValueError``.
    """
    try:
        position = kind(**json.loads(base64.urlsafe_b64decode(cursor.encode())))
        sound = is_sound(position)
    except (TypeError, ValueError):
        sound = False
    if not sound:
        raise PermanentError("the cursor is not one of this channel")
    return position

"""Draws numbers as Code 128, so that a printed sheet can be scanned again."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from barcode import Code128  # type: ignore[import-untyped]

MODULE_MILLIMETRES = 0.25
"""The narrowest bar; office printers and hand scanners both manage it."""
QUIET_MODULES = 10
WIDEST_MODULES = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Bars:
    """A barcode as an SVG path, one unit of it being the narrowest bar."""

    modules: int
    path: str

    @property
    def millimetres(self) -> float:
        """How wide it is on paper, with the blank that a scanner needs beside it."""
        return self.modules * MODULE_MILLIMETRES


def bars_of(text: str) -> Bars | None:
    """Return a text's barcode; nothing when it has none that fits on paper."""
    if not text or not all(" " <= character <= "~" for character in text):
        return None
    (pattern,) = Code128(text).build()
    if len(pattern) > WIDEST_MODULES:
        return None
    strokes, at = [], QUIET_MODULES
    for digit, run in groupby(pattern):
        width = len(list(run))
        if digit == "1":
            strokes.append(f"M{at} 0h{width}v1h-{width}z")
        at += width
    return Bars(modules=at + QUIET_MODULES, path="".join(strokes))

"""Tells people apart by the names under which they act."""

from __future__ import annotations

import unicodedata


def is_same_person(one: str, other: str) -> bool:
    """Say whether two names mean one person, in whatever case or spacing."""
    return _plain(one) == _plain(other)


def _plain(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())

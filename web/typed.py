"""Cleans what people and scanners type into a search box."""

from __future__ import annotations

import unicodedata

LONGEST_CODE = 100


def typed_code(text: str) -> str:
    """Return a typed or scanned code without what a scanner wraps around it.

    Control and invisible characters go; more than any code can have is cut, since a
    search never writes.
    """
    kept = "".join(
        character
        for character in unicodedata.normalize("NFC", text)
        if unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co", "Cn")
    )
    return kept.strip()[:LONGEST_CODE]


def holds_control_characters(text: str) -> bool:
    """Say whether a text has characters that no person types into a note."""
    return any(
        unicodedata.category(character) in ("Cc", "Cs") and character not in "\n\t"
        for character in text
    )

"""What SKUs and listings are found by when their codes are written in another way."""

from __future__ import annotations

import unicodedata

LONGEST_TERM = 60
MOST_TERMS = 24
_CODE_SIGN = "="


def plain_code(code: str) -> str:
    """Return a code without case, punctuation and spaces; blank if nothing is left."""
    folded = unicodedata.normalize("NFKC", code).casefold()
    return "".join(character for character in folded if character.isalnum())


def code_term(code: str) -> str:
    """Return the term under which a code is found in any spelling."""
    plain = plain_code(code)
    return (_CODE_SIGN + plain)[:LONGEST_TERM] if plain else ""


def name_terms(name: str) -> frozenset[str]:
    """Return the words of a name, without case and punctuation."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    spaced = "".join(c if c.isalnum() else " " for c in folded)
    words = dict.fromkeys(word[:LONGEST_TERM] for word in spaced.split())
    return frozenset(list(words)[:MOST_TERMS])


def sku_terms(code: str, name: str) -> frozenset[str]:
    """Return everything that a SKU is found by."""
    return name_terms(name) | {code_term(code)} - {""}

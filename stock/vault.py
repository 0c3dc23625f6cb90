"""Seals secrets so that a copy of the database is worth nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from stock.errors import VaultError


class Vault:
    """Seals and opens JSON with keys that live outside the database.

    The first key seals, all of them open: so keys can be rotated.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        self._fernet = MultiFernet([Fernet(key) for key in keys])

    def seal(self, owner: str, value: Mapping[str, Any]) -> bytes:
        """Encrypt ``value`` so that it opens for this owner only."""
        content = json.dumps({"owner": owner, "value": dict(value)})
        return self._fernet.encrypt(content.encode())

    def open(self, owner: str, sealed: bytes) -> dict[str, Any]:
        """Return what was sealed for ``owner``.  Raises ``VaultError``.

        A ciphertext that was copied from another owner's row is refused.
        """
        try:
            content = json.loads(self._fernet.decrypt(sealed))
        except InvalidToken:
            raise VaultError(
                "a sealed secret does not open: is TRUESTOCK_CREDENTIALS_KEY the key"
                " that it was sealed with?"
            ) from None
        if content["owner"] != owner:
            raise VaultError("a sealed secret belongs to somebody else")
        value: dict[str, Any] = content["value"]
        return value

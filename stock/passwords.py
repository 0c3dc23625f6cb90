"""Hashes passwords, and checks them in the same time whoever asks."""

from __future__ import annotations

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 200

_HASHER = PasswordHasher()


def hash_password(password: str) -> str:
    """Return what to keep of a password."""
    return _HASHER.hash(password)


def is_password(kept: str | None, password: str) -> bool:
    """Say whether this is the password; without a kept one it takes as long."""
    # Asked for in either case: the first time it takes long.
    stand_in = _nobody()
    try:
        return _HASHER.verify(kept or stand_in, password) and kept is not None
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(kept: str) -> bool:
    """Say whether a hash was made with weaker settings than ours."""
    return _HASHER.check_needs_rehash(kept)


@cache
def _nobody() -> str:
    # Checked for names that nobody has, so that they take as long as those that exist;
    # made when first needed, because it takes as long as any other.
    return _HASHER.hash("no person has this password, and no person has this hash")

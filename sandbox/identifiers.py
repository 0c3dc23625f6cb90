"""Identifiers and prices, all drawn from one seeded source."""

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from random import Random

# No I, L, O, U: identifiers are read aloud and typed in tests.
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

_VIETNAM = timezone(timedelta(hours=7))


class Identifiers:
    """Hands out identifiers that never repeat within one sandbox."""

    def __init__(self, seed: int | None) -> None:
        self._random = Random(seed)
        self._passing = Random(None if seed is None else f"{seed} passing")
        self._given: set[str] = set()

    def number(self, digits: int) -> int:
        """A new whole number of exactly so many digits."""
        return int(self._fresh(lambda: self._digits(digits)))

    def digits(self, count: int, prefix: str = "") -> str:
        """A new string of digits behind a prefix."""
        return self._fresh(lambda: prefix + self._digits(count))

    def code(self, length: int, prefix: str = "") -> str:
        """A new string of capitals and digits behind a prefix."""
        return self._fresh(
            lambda: prefix + "".join(self._random.choices(_LETTERS, k=length))
        )

    def secret(self, length: int = 64) -> str:
        """A new lowercase hexadecimal key."""
        return self._fresh(lambda: f"{self._random.getrandbits(length * 4):0{length}x}")

    def passing(self, length: int = 32) -> str:
        """A lowercase hexadecimal token, request id or message id.

        These come from a source of their own: how often a client asks must not change
        what the world becomes under the same seed.
        """
        return f"{self._passing.getrandbits(length * 4):0{length}x}"

    def price(self) -> int:
        """A plausible price in whole dong."""
        return self._random.randrange(20, 500) * 1000

    def day(self, stamp: int, pattern: str) -> str:
        """The day of a stamp in Vietnam, as order numbers begin with it."""
        return datetime.fromtimestamp(stamp, _VIETNAM).strftime(pattern)

    def _digits(self, count: int) -> str:
        return str(self._random.randrange(10 ** (count - 1), 10**count))

    def _fresh(self, draw: Callable[[], str]) -> str:
        while (drawn := draw()) in self._given:
            pass
        self._given.add(drawn)
        return drawn

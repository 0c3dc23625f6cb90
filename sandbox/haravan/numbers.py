"""Row numbers."""

_FIRST = 1_200_000_001


class Numbers:
    """Counts up over all kinds of rows and all shops; ``since_id`` relies on it."""

    def __init__(self) -> None:
        self._next = _FIRST

    def next(self) -> int:
        """The number of a new row."""
        number = self._next
        self._next += 1
        return number

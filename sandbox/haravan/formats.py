"""How Haravan writes numbers and times."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def to_json(value: object) -> str:
    """JSON in which every Decimal is a number with four decimals."""
    if isinstance(value, Decimal):
        return f"{value:.4f}"
    if isinstance(value, dict):
        pairs = (f"{json.dumps(name)}:{to_json(each)}" for name, each in value.items())
        return "{" + ",".join(pairs) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(to_json, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def timestamp(milliseconds: int) -> str:
    """UTC with up to three decimals; zeros at the end of them are left out."""
    return _seconds(milliseconds) + _fraction(f"{milliseconds % 1000:03}") + "Z"


def optional_timestamp(milliseconds: int) -> str | None:
    """The same, or nothing for a time that has not come."""
    return timestamp(milliseconds) if milliseconds else None


def fresh_timestamp(milliseconds: int) -> str:
    """The seven decimals that the answer to a creation carries, and nothing else."""
    return f"{_seconds(milliseconds)}.{milliseconds % 1000:03}0001Z"


def read_timestamp(text: str) -> int | None:
    """Milliseconds of a time in a query, UTC unless it says otherwise."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return None
    aware = read if read.tzinfo else read.replace(tzinfo=UTC)
    return (aware - _EPOCH) // _MILLISECOND


def _seconds(milliseconds: int) -> str:
    return (_EPOCH + milliseconds * _MILLISECOND).strftime("%Y-%m-%dT%H:%M:%S")


def _fraction(digits: str) -> str:
    kept = digits.rstrip("0")
    return f".{kept}" if kept else ""

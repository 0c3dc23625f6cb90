"""How Shopify writes ids, times and money."""

import re
from datetime import UTC, datetime, timedelta, timezone

CURRENCY = "VND"
TIME_ZONE = "Asia/Ho_Chi_Minh"
UTC_OFFSET_MINUTES = 7 * 60

_SHOP_ZONE = timezone(timedelta(minutes=UTC_OFFSET_MINUTES))
_GID = re.compile(r"gid://shopify/(\w+)/([\w-]+)(?:\?.*)?")


def gid(kind: str, id_: int | str) -> str:
    """A global id."""
    return f"gid://shopify/{kind}/{id_}"


def parse_gid(text: str) -> tuple[str, str] | None:
    """The kind and the bare id of a global id, or nothing."""
    found = _GID.fullmatch(text)
    return None if found is None else (found[1], found[2])


def number_in_gid(text: str, kind: str) -> int | None:
    """The number in a global id of this kind; a bare number is taken as well."""
    if text.isascii() and text.isdecimal():
        return int(text)
    parsed = parse_gid(text)
    if parsed is None or parsed[0] != kind or not parsed[1].isdecimal():
        return None
    return int(parsed[1])


def graph_time(stamp: int) -> str | None:
    """UTC, as GraphQL answers it; 0 is null."""
    if not stamp:
        return None
    return datetime.fromtimestamp(stamp, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def rest_time(stamp: int) -> str | None:
    """The shop's own zone, as REST and webhooks answer it; 0 is null."""
    if not stamp:
        return None
    return datetime.fromtimestamp(stamp, _SHOP_ZONE).isoformat()


def parse_time(text: str) -> float | None:
    """An ISO 8601 moment or day; without a zone it is the shop's own."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=_SHOP_ZONE)
    return moment.timestamp()


def graph_money(amount: int) -> str:
    """A decimal text, as GraphQL answers it."""
    return f"{amount}.0"


def rest_money(amount: int) -> str:
    """A decimal text; the dong has no smaller unit."""
    return str(amount)

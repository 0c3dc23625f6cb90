"""Times as WordPress writes and reads them: the site's own clock and UTC, both bare.

The site runs on Vietnam's time, so a client that mixes the two is seven hours off.
"""

import re
from datetime import UTC, datetime, timedelta, timezone

SITE_ZONE = timezone(timedelta(hours=7))
SITE_ZONE_NAME = "Asia/Ho_Chi_Minh"
SITE_OFFSET_HOURS = 7

_WRITTEN = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:[Zz]|[+-]\d{2}(?::\d{2})?)?"
)


def local_text(stamp: int) -> str | None:
    """A stamp on the site's clock; nothing for a stamp of 0."""
    return _text(stamp, SITE_ZONE)


def gmt_text(stamp: int) -> str | None:
    """A stamp in UTC, without saying so; nothing for a stamp of 0."""
    return _text(stamp, UTC)


def utc_text(stamp: int) -> str:
    """A stamp in UTC that says so, as the fulfilment records have it."""
    return f"{gmt_text(stamp)}Z"


def local_reading(stamp: int) -> datetime:
    """What the site's clock showed, without a zone."""
    return datetime.fromtimestamp(stamp, SITE_ZONE).replace(tzinfo=None)


def gmt_reading(stamp: int) -> datetime:
    """What a clock in Greenwich showed, without a zone."""
    return datetime.fromtimestamp(stamp, UTC).replace(tzinfo=None)


def parse_moment(text: str) -> datetime | None:
    """Read a date that a client filters by, as WordPress does.

    A date with a zone is moved to the site's own clock, and then compared as bare
    digits with whichever column was asked for: with ``dates_are_gmt`` a trailing Z is
    seven hours off here.
    """
    if not _WRITTEN.fullmatch(text):
        return None
    try:
        moment = datetime.fromisoformat(text.upper())
    except ValueError:
        return None
    if moment.tzinfo is None:
        return moment
    return moment.astimezone(SITE_ZONE).replace(tzinfo=None)


def _text(stamp: int, zone: timezone) -> str | None:
    if not stamp:
        return None
    return datetime.fromtimestamp(stamp, zone).strftime("%Y-%m-%dT%H:%M:%S")

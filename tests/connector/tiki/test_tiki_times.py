"""Times come in several forms and, without a zone, mean Vietnam's."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from connector.parsing import Malformed
from connector.tiki.fields import calendar, optional_when, when

SEVEN = datetime(2026, 11, 2, 0, 30, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    [
        "2026-11-02 07:30:05",
        "2026-11-02T07:30:05",
        "2026-11-02T07:30:05+07:00",
        "2026-11-02T00:30:05Z",
        "2026-11-02T00:30:05+00:00",
        int(SEVEN.timestamp()),
        int(SEVEN.timestamp()) * 1000,
        str(int(SEVEN.timestamp()) * 1000),
    ],
)
def test_a_time_is_read_in_each_of_its_forms(written: object) -> None:
    found = when(written, "time")
    assert found == SEVEN
    assert found.tzinfo is UTC


@pytest.mark.parametrize("written", [None, "", " ", 0, "0000-00-00 00:00:00"])
def test_no_time_is_none(written: object) -> None:
    assert optional_when(written, "time") is None
    with pytest.raises(Malformed, match="missing"):
        when(written, "time")


@pytest.mark.parametrize(
    "written",
    [
        "soon",
        "2026-13-01 00:00:00",
        "0001-01-01 00:00:00",
        "9999-12-31T23:59:59-23:00",
        True,
        -1,
        10**20,
        [],
        "２０２６-11-02 07:30:05",
    ],
)
def test_what_is_no_time_is_said(written: object) -> None:
    with pytest.raises(Malformed):
        optional_when(written, "time")


def test_a_filter_is_written_in_vietnams_time() -> None:
    assert calendar(int(SEVEN.timestamp())) == "2026-11-02 07:30:05"
    assert calendar(-5) == "1970-01-01 07:00:00"

"""Windows: nothing is missing, however orders change while pages are read."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector import PermanentError
from connector.shopee.windows import WIDEST_SECONDS, Listing, Window, read_window

START = 1_793_000_000
PAGE_SIZE = 3


class SlidingChannel:
    """Lists by time of change, by offset; an order may change between two calls."""

    def __init__(self, changed_at: dict[str, int], changes: list[tuple[str, int]]):
        self.changed_at = changed_at
        self.changes = changes

    def ask(self, window: Window) -> Listing:
        inside = sorted(
            (moment, order)
            for order, moment in self.changed_at.items()
            if window.start <= moment <= window.end
        )
        offset = int(window.page or "0")
        page = inside[offset : offset + PAGE_SIZE]
        more = len(inside) > offset + PAGE_SIZE
        if self.changes:
            order, moment = self.changes.pop()
            self.changed_at[order] = moment
        return Listing(
            ids=tuple(order for _, order in page),
            more=more,
            next_page=str(offset + PAGE_SIZE),
        )


@given(
    moments=st.dictionaries(
        st.text("abcdefgh", min_size=1, max_size=2),
        st.integers(START, START + 40),
        max_size=20,
    ),
    data=st.data(),
)
def test_no_order_is_missing_when_others_change_meanwhile(
    moments: dict[str, int], data: st.DataObject
) -> None:
    changing = data.draw(
        st.lists(
            st.tuples(
                st.sampled_from(sorted(moments) or ["none"]),
                st.integers(START + 100, START + 200),
            ),
            max_size=10,
        )
    )
    changed = {order for order, _ in changing}
    still = set(moments) - changed
    crowded = any(
        list(moments.values()).count(at) > PAGE_SIZE for at in moments.values()
    )
    channel = SlidingChannel(dict(moments), [] if crowded else list(changing))
    window: Window | None = Window(start=START, end=START + 50, until=START + 50)
    seen: set[str] = set()
    for _ in range(500):
        assert window is not None
        ids, window = read_window(window, PAGE_SIZE, channel.ask)
        seen.update(ids)
        if window is None:
            break
    assert window is None
    assert still <= seen


def test_a_cursor_survives_a_restart() -> None:
    window = Window(start=START, end=START + 5, until=START + 90, page="40")
    assert Window.decode(window.encode()) == window


@pytest.mark.parametrize("cursor", ["", "nonsense", "e30=", "bnVsbA==", "é"])
def test_a_foreign_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(PermanentError):
        Window.decode(cursor)


def test_a_first_window_is_as_wide_as_shopee_allows() -> None:
    since = datetime.fromtimestamp(START, UTC)
    later = datetime.fromtimestamp(START + 100 * 86_400, UTC)
    window = Window.of(None, since, later)
    assert window is not None
    assert window.end - window.start == WIDEST_SECONDS < 15 * 86_400


def test_nothing_is_read_from_a_time_to_come() -> None:
    now = datetime.fromtimestamp(START, UTC)
    assert Window.of(None, datetime.fromtimestamp(START + 60, UTC), now) is None

"""The limit of requests in one second."""

import pytest

from sandbox.tiki.throttle import Throttle
from sandbox.tiki.wire import WireError


def test_a_seller_may_ask_two_hundred_times_a_second() -> None:
    throttle = Throttle()
    for _ in range(200):
        throttle.admit(1, 5.0)
    with pytest.raises(WireError) as caught:
        throttle.admit(1, 5.9)
    assert caught.value.status == 429
    throttle.admit(2, 5.9)
    throttle.admit(1, 6.0)

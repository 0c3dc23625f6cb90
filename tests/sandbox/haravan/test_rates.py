"""The leaky bucket: eighty at once, four more each second."""

from sandbox.haravan.rates import LeakyBucket
from tests.sandbox.haravan.driver import Store

LIMIT = "X-Haravan-Api-Call-Limit"


def test_every_answer_says_how_full_the_bucket_is(store: Store) -> None:
    first = store.send("GET", "/com/shop.json").headers[LIMIT]
    refused = store.send("GET", "/com/orders/1.json").headers[LIMIT]
    assert (first, refused) == ("1/80", "2/80")


def test_the_bucket_empties_at_four_each_second() -> None:
    bucket = LeakyBucket()
    assert all(bucket.admit(100.0) for _ in range(39))
    assert bucket.header == "39/80"
    assert bucket.admit(110.0)
    assert bucket.header == "1/80"


def test_after_a_refusal_nobody_comes_in_for_two_seconds() -> None:
    bucket = LeakyBucket()
    assert [bucket.admit(100.0) for _ in range(81)] == [True] * 80 + [False]
    assert bucket.header == "80/80"
    assert not bucket.admit(101.9)
    assert bucket.admit(102.0)
    assert bucket.header == "73/80"


def test_a_request_that_arrives_out_of_order_does_not_turn_time_back() -> None:
    bucket = LeakyBucket()
    assert bucket.admit(100.0)
    assert bucket.admit(90.0)
    assert bucket.header == "2/80"


def test_one_too_many_is_refused_and_told_when_to_come_back(store: Store) -> None:
    answers = [store.send("GET", "/com/shop.json") for _ in range(100)]
    refused = next(each for each in answers if each.status_code == 429)
    assert refused.json() == {"errors": "Too Many Requests"}
    assert refused.headers["Retry-After"] == "2.0"
    assert refused.headers[LIMIT] == "80/80"
    assert answers.index(refused) >= 80
    store.control.clock(2)
    assert store.send("GET", "/com/shop.json").status_code == 200

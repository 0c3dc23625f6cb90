"""No text of a channel's carries our secrets on."""

from __future__ import annotations

from connector.redaction import redacted


def test_a_secret_is_taken_out_wherever_it_stands() -> None:
    said = "token t0p-1 is bad; t0p-1 again, and key k3y"
    assert redacted(said, ("t0p-1", "k3y")) == (
        "token *** is bad; *** again, and key ***"
    )


def test_a_secret_that_is_not_set_takes_nothing_out() -> None:
    assert redacted("as it was", ("", "")) == "as it was"


def test_a_secret_that_begins_another_leaves_nothing_of_it() -> None:
    assert redacted("bad: abc-refresh", ("abc", "abc-refresh")) == "bad: ***"


def test_a_secret_at_the_cut_does_not_leave_its_first_half() -> None:
    told = redacted("x" * 495 + "s3cret-value", ("s3cret-value",))
    assert told == "x" * 495 + "***"


def test_a_long_message_is_cut() -> None:
    assert len(redacted("x" * 2000, ())) == 500

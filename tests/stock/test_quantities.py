from __future__ import annotations

import pytest

from stock.errors import InvalidQuantity
from stock.quantities import parse_quantity


@pytest.mark.parametrize(
    ("text", "quantity"),
    [("0", 0), ("7", 7), ("0012", 12), ("9999999", 9_999_999), (" 5\t", 5)],
)
def test_plain_digits_are_a_quantity(text: str, quantity: int) -> None:
    assert parse_quantity(text) == quantity


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "-1",
        "+3",
        "1.0",
        "1,000",
        "1_0",
        "1e3",
        "0x10",
        "12345678",
        "１２",  # full-width digits
        "٣",  # an Arabic digit, which ``int`` takes
        "²",  # which ``isdigit`` takes
        "5\n",
        "5\u00a0",
        "5\u200b",
        "5\0",
        "NaN",
        "inf",
        "\ud800",
    ],
)
def test_anything_else_is_refused_with_what_was_given(text: str) -> None:
    with pytest.raises(InvalidQuantity) as refusal:
        parse_quantity(text)

    assert refusal.value.given == text

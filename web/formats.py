"""Writes numbers, money and moments the way the reader's language does."""

from __future__ import annotations

import hashlib
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path

from babel.dates import format_datetime
from babel.numbers import format_currency, format_decimal
from flask import Flask, url_for

from web.desk import current_desk
from web.language import current_language

_PATTERNS = {"vi": "HH:mm dd/MM/yyyy", "en": "d MMM yyyy, HH:mm"}
_DAY_PATTERNS = {"vi": "dd/MM/yyyy", "en": "d MMM yyyy"}


def install_formats(app: Flask) -> None:
    """Give templates the formats of this file."""
    digests = _digests(Path(app.static_folder or ""))

    def static_file(name: str) -> str:
        return url_for("static", filename=name, v=digests[name])

    app.jinja_env.globals.update(static_file=static_file)
    app.jinja_env.filters.update(
        moment=moment, day=day, money=money, number=number, signed=signed
    )


def moment(value: datetime) -> str:
    """Write a moment in the seller's time zone."""
    return _in_zone(value, _PATTERNS[current_language()])


def day(value: datetime) -> str:
    """Write a moment's day in the seller's time zone."""
    return _in_zone(value, _DAY_PATTERNS[current_language()])


def money(amount: Decimal, currency: str) -> str:
    """Write an amount; one without a currency is written as a bare number."""
    if not currency:
        return format_decimal(amount, locale=current_language())
    return format_currency(amount, currency, locale=current_language())


def money_text(text: str) -> str:
    """Write an amount that was noted as ``99000 VND``; other texts stay."""
    amount, _, currency = text.partition(" ")
    try:
        return money(Decimal(amount), currency)
    except InvalidOperation:
        return text


def number(value: int) -> str:
    """Write a whole number."""
    return format_decimal(value, locale=current_language())


def signed(value: int) -> str:
    """Write a change: with a plus, or with a true minus sign."""
    sign = "+" if value > 0 else "\N{MINUS SIGN}" if value < 0 else "±"
    return sign + number(abs(value))


def _in_zone(value: datetime, pattern: str) -> str:
    zone = current_desk().settings.time_zone
    return format_datetime(value, pattern, tzinfo=zone, locale=current_language())


def _digests(folder: Path) -> dict[str, str]:
    return {
        file.relative_to(folder).as_posix(): hashlib.sha256(
            file.read_bytes()
        ).hexdigest()[:12]
        for file in folder.rglob("*")
        if file.is_file()
    }

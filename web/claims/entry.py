"""Reads what was typed into the forms of claims; strict, and nothing typed is lost."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from flask import request

from stock.claim_desk.demands import LONGEST_CASE_NUMBER, LONGEST_NOTE, Demand
from stock.claim_desk.errors import MoreThanClaimable
from stock.currencies import CURRENCIES
from stock.errors import InvalidQuantity
from stock.models import Claim
from stock.quantities import parse_quantity
from web.access import current_reader
from web.amounts import amount_text, read_amount
from web.desk import current_desk
from web.entry import LONGEST_ECHO
from web.errors import FieldsRefused, TokenRefused
from web.language import gettext
from web.tokens import issue_page_key, read_page_key
from web.typed import holds_control_characters

DEMAND_FIELDS = ("units", "amount", "currency", "case_number", "note")

Typed = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class DemandEntry:
    """What somebody demands, as it was typed."""

    typed: Typed
    troubles: Typed = field(default_factory=dict)
    """A sentence for each field that cannot be used."""

    def demand(self) -> Demand:
        """Return what it means; only where there is no trouble."""
        amount = read_amount(self.typed["amount"].strip())
        assert amount is not None
        return Demand(
            units=parse_quantity(self.typed["units"]),
            amount=amount,
            currency=_currency(self.typed),
            case_number=self.typed["case_number"],
            note=self.typed["note"],
        )


def read_fields(names: Collection[str]) -> Typed:
    """Return the fields of the form that was sent.

    Raises ``FieldsRefused`` for one that the form does not have, or that came twice.
    """
    texts = {}
    for name, values in request.form.lists():
        if name not in names or len(values) != 1:
            raise FieldsRefused(name)
        texts[name] = values[0].replace("\r\n", "\n")
    return {name: texts.get(name, "") for name in names}


def read_demand(typed: Typed) -> DemandEntry:
    """Return what was typed, with what is wrong in it."""
    found = {
        "units": _units_trouble(typed["units"]),
        "amount": amount_trouble(typed["amount"]),
        "currency": _currency_trouble(typed),
        "case_number": case_trouble(typed["case_number"]),
        "note": note_trouble(typed["note"]),
    }
    troubles = {name: sentence for name, sentence in found.items() if sentence}
    return DemandEntry(typed=typed, troubles=troubles)


def demand_of(claim: Claim) -> DemandEntry:
    """Return the form of what a claim says by now."""
    return DemandEntry(
        typed={
            "units": str(claim.units),
            "amount": amount_text(claim.amount),
            "currency": claim.currency,
            "case_number": claim.case_number,
            "note": claim.note,
        }
    )


def preset(units: int, amount: Decimal, currency: str) -> DemandEntry:
    """Return the form of a claim for all that is amiss, at what it was sold for."""
    return DemandEntry(
        typed={
            "units": str(units),
            "amount": amount_text(amount) if amount else "",
            "currency": currency,
            "case_number": "",
            "note": "",
        }
    )


def amount_trouble(text: str) -> str:
    """Say what is wrong with an amount, if something is."""
    amount = read_amount(text.strip())
    if amount is None:
        return gettext(
            "“%(given)s” is not an amount. Write it like 500000.", given=_echo(text)
        )
    return "" if amount else gettext("The amount must be more than zero.")


def case_trouble(text: str) -> str:
    """Say what is wrong with a case number, if something is."""
    if len(text.strip()) > LONGEST_CASE_NUMBER or holds_control_characters(text):
        return gettext(
            "A case number has %(most)s characters at most, on one line.",
            most=LONGEST_CASE_NUMBER,
        )
    return ""


def note_trouble(note: str) -> str:
    """Say what is wrong with a note, if something is."""
    if len(note.strip()) > LONGEST_NOTE:
        return gettext(
            "The note has %(length)s characters, %(most)s is the most. Shorten it.",
            length=len(note.strip()),
            most=LONGEST_NOTE,
        )
    if holds_control_characters(note):
        return gettext(
            "The note has invisible control characters. Delete it and type it again."
        )
    return ""


def page_key(page: str) -> str:
    """Return a key for the forms of a page that is about to be shown."""
    desk = current_desk()
    return issue_page_key(desk.settings, current_reader(), page, desk.now())


def sent_key(page: str, value: str, *, late: bool = False) -> str:
    """Return the id of the key that a form came with; empty if it is none of ours."""
    desk = current_desk()
    try:
        key = read_page_key(
            desk.settings, value, current_reader(), page, desk.now(), late=late
        )
    except TokenRefused:
        return ""
    return f"claim:{key.id}"


def stale_sentence() -> str:
    """Say that a form was open for too long."""
    return gettext(
        "This form was open for too long, or was made for somebody else. Nothing was"
        " changed. Check it and send it again."
    )


def too_many(refusal: MoreThanClaimable) -> str:
    """Say that more units are claimed than are amiss."""
    return gettext(
        "%(asked)s units cannot be claimed for: %(most)s are missing or spoilt.",
        asked=refusal.asked,
        most=refusal.most,
    )


def _units_trouble(text: str) -> str:
    try:
        units = parse_quantity(text)
    except InvalidQuantity:
        return gettext(
            "“%(given)s” is not a number of units. Write it with the digits 0 to 9,"
            " without sign, comma or point.",
            given=_echo(text),
        )
    return "" if units else gettext("A claim is about one unit at least.")


def _currency(typed: Typed) -> str:
    return typed["currency"].strip().upper()


def _currency_trouble(typed: Typed) -> str:
    if _currency(typed) in CURRENCIES and _currency(typed):
        return ""
    return gettext(
        "“%(given)s” is no currency. Write its three letters, like VND.",
        given=_echo(typed["currency"]),
    )


def _echo(text: str) -> str:
    return text[:LONGEST_ECHO] + ("…" if len(text) > LONGEST_ECHO else "")

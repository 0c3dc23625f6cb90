"""The list of claims: filtered in the address, added up, and as a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from stock import board
from stock.claim_desk.arrivals import arrived_since
from stock.claim_desk.listing import ClaimSelection, find_claims, sums
from stock.claims import claim_deadline
from stock.models import Claim, ClaimState, Shop
from stock.models.claims import LIVE_STATES
from stock.shops import all_shops
from web.access import current_reader, desk_blueprint
from web.asked import asked_id
from web.claims.count import live_claims
from web.claims.named import row_of
from web.claims.words import CAUSES, STATES
from web.desk import current_desk
from web.language import gettext, lazy_gettext
from web.permissions import Permission, needs
from web.rows import Row
from web.spreadsheet import BYTE_ORDER_MARK, Cell, line_of, moment_cell, spreadsheet
from web.typed import typed_code
from web.words import CHANNELS, Words, word

PAGE_ROWS = 50
SLICE_ROWS = 500
FIELDS = ("state", "channel", "shop")
LIVE, CAME, ALL = "live", "came", "all"

STATE_CHOICES: Words = MappingProxyType(
    {
        LIVE: lazy_gettext("Under way"),
        CAME: lazy_gettext("Goods came"),
        ALL: lazy_gettext("All"),
        **STATES,
    }
)

blueprint = desk_blueprint("claim_lists")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimQuery:
    """What an address asks of the list."""

    typed: Mapping[str, str]
    """The fields as they came, without the empty ones."""
    troubles: Mapping[str, str] = field(default_factory=dict)
    selection: ClaimSelection
    shops: Sequence[Shop]

    @property
    def state(self) -> str:
        """The name of the chosen state."""
        name = self.typed.get("state", LIVE)
        return name if name in STATE_CHOICES else LIVE

    @property
    def channels(self) -> Sequence[str]:
        """The channels that there are shops of."""
        return sorted({shop.channel for shop in self.shops})

    def but(self, **changes: str) -> Mapping[str, str]:
        """Return the fields with some changed."""
        return {**self.typed, **changes}


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimRow:
    """What the list shows of one claim."""

    claim: Claim
    row: Row | None
    """The return that it is about, with its deadline."""
    came: int


@blueprint.get("/claims")
@needs(Permission.LOOK)
def show_list() -> ResponseReturnValue:
    """Show the claims that the address asks for, and what they come to."""
    before = asked_id("before")
    with current_desk().database.read() as session:
        query = _read(session)
        found = find_claims(
            session, query.selection, limit=PAGE_ROWS + 1, before_id=before
        )
        shown = found[:PAGE_ROWS]
        came = arrived_since(session, shown)
        page = render_template(
            "claims/list.html",
            query=query,
            choices=STATE_CHOICES,
            rows=[
                ClaimRow(claim=x, row=row_of(x.expected_return), came=came.get(x.id, 0))
                for x in shown
            ],
            sums=sums(session, query.selection),
            next_before=shown[-1].id if len(found) > PAGE_ROWS else None,
            page_rows=PAGE_ROWS,
            is_first=before is None,
            waiting=board.count_waiting(session, shop_ids=current_reader().shop_ids),
            claims=live_claims(session),
        )
        return page, 400 if query.troubles else 200


@blueprint.get("/claims.csv")
@needs(Permission.LOOK)
def download() -> ResponseReturnValue:
    """Send all claims that the address asks for, as one file."""
    with current_desk().database.read() as session:
        query = _read(session)
    if query.troubles:
        fields: dict[str, Any] = dict(query.typed)
        return redirect(url_for(".show_list", **fields), 303)
    return spreadsheet("claims", _lines(query.selection))


def _read(session: Session) -> ClaimQuery:
    allowed = current_reader().shop_ids
    shops = [x for x in all_shops(session) if allowed is None or x.id in allowed]
    shops.sort(key=lambda shop: (shop.channel, shop.name))
    texts = {name: typed_code(request.args.get(name, "")) for name in FIELDS}
    typed = {name: text for name, text in texts.items() if text}
    known = {
        "state": set(STATE_CHOICES),
        "channel": {shop.channel for shop in shops},
        "shop": {shop.name for shop in shops},
    }
    troubles = {
        name: gettext("“%(given)s” is not in this list. Choose from it.", given=text)
        for name, text in typed.items()
        if text not in known[name]
    }
    good = {name: text for name, text in typed.items() if name not in troubles}
    return ClaimQuery(
        typed=typed, troubles=troubles, selection=_selection(good, shops), shops=shops
    )


def _selection(good: Mapping[str, str], shops: Sequence[Shop]) -> ClaimSelection:
    allowed = current_reader().shop_ids
    is_narrowed = allowed is not None or "channel" in good or "shop" in good
    meant = [
        shop.id
        for shop in shops
        if good.get("channel", shop.channel) == shop.channel
        if good.get("shop", shop.name) == shop.name
    ]
    state = good.get("state", LIVE)
    states: Mapping[str, Sequence[ClaimState] | None] = {
        LIVE: LIVE_STATES,
        CAME: LIVE_STATES,
        ALL: None,
    }
    return ClaimSelection(
        states=states[state] if state in states else (ClaimState(state),),
        shop_ids=meant if is_narrowed else None,
        goods_came=state == CAME,
    )


def _lines(selection: ClaimSelection) -> Iterator[str]:
    yield BYTE_ORDER_MARK + line_of(_titles())
    before: int | None = None
    while True:
        # A session for each slice: whoever reads slowly keeps no transaction open.
        with current_desk().database.read() as session:
            found = find_claims(session, selection, limit=SLICE_ROWS, before_id=before)
            came = arrived_since(session, found)
            text = "".join(line_of(_cells(x, came.get(x.id, 0))) for x in found)
        yield text
        if len(found) < SLICE_ROWS:
            return
        before = found[-1].id


def _titles() -> Sequence[str]:
    return (
        gettext("Claim"),
        gettext("State"),
        gettext("Case number"),
        gettext("Order"),
        gettext("Return number"),
        gettext("Channel"),
        gettext("Shop"),
        gettext("Cause"),
        gettext("Units"),
        gettext("Amount"),
        gettext("Paid"),
        gettext("Currency"),
        gettext("Opened"),
        gettext("Opened by"),
        gettext("Claim deadline"),
        gettext("Units that came since"),
        gettext("What happened"),
    )


def _cells(claim: Claim, came: int) -> Sequence[Cell]:
    expected, windows = claim.expected_return, current_desk().settings.claim_windows
    return (
        claim.number,
        word(STATES, claim.state),
        claim.case_number,
        claim.order.channel_order_id,
        expected.return_id if expected else "",
        word(CHANNELS, claim.shop.channel),
        claim.shop.name,
        word(CAUSES, claim.cause),
        claim.units,
        claim.amount.normalize(),
        "" if claim.paid_amount is None else claim.paid_amount.normalize(),
        claim.currency,
        moment_cell(claim.opened_at),
        claim.opened_by,
        moment_cell(claim_deadline(expected, windows.of(claim.shop.channel)))
        if expected
        else "",
        came,
        claim.note,
    )

"""The shops: how each is doing, its rules, and what lets it go on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from daemon.consents import has_consent_page, return_address
from stock import allotments, scope
from stock.admin import consents, glance, shop_rules
from stock.admin.shop_rules import ShopRules
from stock.models import AuditEntry, RefundMode, Shop, ShopState, Warehouse
from web.access import check_shop, current_reader, desk_blueprint
from web.admin.forms import fresh_key, told_outcome
from web.admin.words import said
from web.desk import current_desk
from web.errors import RecordMissing
from web.permissions import Permission, needs

blueprint = desk_blueprint("admin_shops")


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesForm:
    """What a shop's form holds, as it was typed, and what is wrong with it."""

    buffer: str
    share: str
    sells_from: frozenset[int]
    packs_in: int
    refunds: str
    seen: str
    trouble: str = ""
    of_buffer: str = ""
    of_share: str = ""


@blueprint.get("/admin/shops")
@needs(Permission.ADMINISTER)
def show_shops() -> ResponseReturnValue:
    """Show how all shops are doing, and what needs somebody."""
    desk = current_desk()
    seen = current_reader().shop_ids
    with desk.database.read() as session:
        rows = glance.glances(session, seen, now=desk.now())
        sells_from = {x.shop.id: allotments.sells_from(session, x.shop) for x in rows}
        return render_template(
            "admin/shops.html",
            rows=rows,
            sells_from=sells_from,
            health=glance.health(session, seen, rows),
            is_heard=desk.bell.reaches_queue(),
            now=desk.now(),
        )


@blueprint.get("/admin/shops/<id:shop_id>")
@needs(Permission.ADMINISTER)
def show_shop(shop_id: int) -> ResponseReturnValue:
    """Show one shop with everything that can be set."""
    with current_desk().database.read() as session:
        return shop_page(session, named_shop(session, shop_id))


def named_shop(session: Session, shop_id: int) -> Shop:
    """Return the shop of an address.  Raises ``RecordMissing``."""
    check_shop(shop_id, "shop")
    shop = session.get(Shop, shop_id)
    if shop is None:
        raise RecordMissing("shop")
    return shop


def form_of(rules: ShopRules) -> RulesForm:
    """Return the form that holds a shop's rules."""
    return RulesForm(
        buffer=str(rules.buffer),
        share=str(rules.share),
        sells_from=frozenset(rules.sells_from),
        packs_in=rules.packs_in,
        refunds=str(rules.refunds),
        seen=shop_rules.mark_of(rules),
    )


def shop_page(
    session: Session,
    shop: Shop,
    *,
    form: RulesForm | None = None,
    link: str = "",
    answer: str = "",
    of_access: str = "",
    no_access: str = "",
    trouble: str = "",
    status: int = 200,
) -> ResponseReturnValue:
    """Return the page of a shop, with what was typed and what is wrong in it."""
    desk = current_desk()
    now = desk.now()
    (row,) = glance.glances(session, [shop.id], now=now)
    page = render_template(
        "admin/shop.html",
        row=row,
        shop=shop,
        form=form or form_of(shop_rules.rules_of(session, shop)),
        warehouses=offered_warehouses(session, shop),
        modes=(RefundMode.AUTOMATIC, RefundMode.BY_HAND),
        is_fixed=shop.refunds == RefundMode.CHANNEL,
        has_consent_page=has_consent_page(shop),
        return_address=return_address(desk.settings),
        consent=consents.newest(session, shop),
        consent_ends=now - consents.LIVES,
        stopped=_stopped_by(session, shop),
        link=link,
        answer=answer,
        of_access=of_access,
        no_access=no_access,
        trouble=trouble,
        told=said(told_outcome(session)) if request.method == "GET" else "",
        key=fresh_key(page_of(shop.id)),
        now=now,
    )
    return page, status


def offered_warehouses(session: Session, shop: Shop) -> Sequence[Warehouse]:
    """Return the warehouses that a person may name, and those that a shop has."""
    seen = current_reader().warehouse_ids
    if seen is None:
        return scope.warehouses(session, None)
    named = {place.id for place in allotments.sells_from(session, shop)}
    return scope.warehouses(session, seen | named | {shop.warehouse_id})


def page_of(shop_id: int) -> str:
    """Return the name under which a shop's forms have their keys."""
    return f"admin/shops/{shop_id}"


def _stopped_by(session: Session, shop: Shop) -> AuditEntry | None:
    if shop.state != ShopState.STOPPED:
        return None
    return session.scalar(
        select(AuditEntry)
        .where(AuditEntry.action == "shop stopped", AuditEntry.object == shop.name)
        .order_by(AuditEntry.id.desc())
        .limit(1)
    )

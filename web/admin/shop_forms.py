"""Changes a shop's rules, stops it, and lets it go on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from flask import redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from stock.admin import shop_rules, shop_states
from stock.admin.shop_rules import RefundsFixed, RulesChanged, ShopRules
from stock.errors import InvalidQuantity
from stock.models import RefundMode, Shop
from stock.quantities import parse_quantity
from web.access import current_reader, desk_blueprint
from web.admin.forms import (
    Outcome,
    ids_in,
    once,
    read_fields,
    sent_key,
    stale_trouble,
)
from web.admin.shops import (
    RulesForm,
    form_of,
    named_shop,
    offered_warehouses,
    page_of,
    shop_page,
)
from web.desk import current_desk
from web.entry import quantity_trouble
from web.errors import FieldsRefused
from web.language import gettext
from web.permissions import Permission, needs
from web.tokens import PageKey

FULL_SHARE = 100
_WAREHOUSE = "warehouse-"

blueprint = desk_blueprint("admin_shop_forms")


@blueprint.post("/admin/shops/<id:shop_id>/rules")
@needs(Permission.ADMINISTER)
def set_rules(shop_id: int) -> ResponseReturnValue:
    """Change a shop's rules, or show the form again with what is wrong in it."""
    fields = read_fields(
        ("buffer", "share", "packs_in", "refunds", "seen"), (_WAREHOUSE,)
    )
    key = sent_key(page_of(shop_id))
    with current_desk().database.read() as session:
        shop = named_shop(session, shop_id)
        form = _typed(session, shop, fields)
        if key is None:
            form = replace(form, trouble=stale_trouble())
            return shop_page(session, shop, form=form, status=400)
        form = _judged(form)
        if form.of_buffer or form.of_share:
            return shop_page(session, shop, form=form, status=400)
    return _set(shop_id, key, form)


@blueprint.post("/admin/shops/<id:shop_id>/state")
@needs(Permission.ADMINISTER)
def set_state(shop_id: int) -> ResponseReturnValue:
    """Stop a shop, or let it go on."""
    wanted = read_fields(("do",)).get("do", "")
    if wanted not in ("stop", "resume"):
        raise FieldsRefused("do")
    desk = current_desk()
    key = sent_key(page_of(shop_id))
    if key is None:
        with desk.database.read() as session:
            shop = named_shop(session, shop_id)
            return shop_page(session, shop, trouble=stale_trouble(), status=400)
    names = []

    def work(session: Session) -> Outcome:
        shop = named_shop(session, shop_id)
        act = shop_states.stop_shop if wanted == "stop" else shop_states.resume_shop
        changed = act(session, shop, actor=current_reader().user, now=desk.now())
        names.append(shop.name)
        done = "stopped" if wanted == "stop" else "resumed"
        return {"did": done if changed else "nothing"}

    once(key, work)
    if wanted == "resume":
        for name in names:
            desk.bell.ring(name)
    return _back(shop_id, key)


def _set(shop_id: int, key: PageKey, form: RulesForm) -> ResponseReturnValue:
    desk = current_desk()
    names = []

    def work(session: Session) -> Outcome:
        shop = named_shop(session, shop_id)
        names.append(shop.name)
        changed = shop_rules.set_rules(
            session,
            shop,
            _rules(form),
            seen=form.seen,
            actor=current_reader().user,
            now=desk.now(),
        )
        return {"did": "rules" if changed else "nothing"}

    try:
        once(key, work)
    except (RulesChanged, RefundsFixed):
        with desk.database.read() as session:
            return _overtaken(session, named_shop(session, shop_id), form)
    for name in names:
        desk.bell.ring(name)
    return _back(shop_id, key)


def _overtaken(session: Session, shop: Shop, form: RulesForm) -> ResponseReturnValue:
    """Show what somebody else has set meanwhile, with what was typed here."""
    rules = shop_rules.rules_of(session, shop)
    trouble = gettext(
        "Somebody has changed these rules meanwhile: %(buffer)s kept back, at most"
        " %(share)s %%. Nothing of yours was saved. Check it and save again.",
        buffer=rules.buffer,
        share=rules.share,
    )
    anew = replace(form, seen=form_of(rules).seen, trouble=trouble)
    return shop_page(session, shop, form=anew, status=409)


def _typed(session: Session, shop: Shop, fields: Mapping[str, str]) -> RulesForm:
    known = {place.id for place in offered_warehouses(session, shop)}
    ticked = ids_in(fields, _WAREHOUSE)
    packs_in = fields.get("packs_in", "")
    if not known.issuperset(ticked):
        raise FieldsRefused(_WAREHOUSE)
    if packs_in not in {str(place) for place in known}:
        raise FieldsRefused("packs_in")
    refunds = fields.get("refunds", str(shop.refunds))
    if refunds not in set(RefundMode):
        raise FieldsRefused("refunds")
    return RulesForm(
        buffer=fields.get("buffer", ""),
        share=fields.get("share", ""),
        # All of them, named one by one, is what none means as well; but not tomorrow.
        sells_from=frozenset(ticked),
        packs_in=int(packs_in),
        refunds=refunds,
        seen=fields.get("seen", ""),
    )


def _judged(form: RulesForm) -> RulesForm:
    of_share = _trouble(form.share)
    if not of_share and parse_quantity(form.share) > FULL_SHARE:
        of_share = gettext("A share is 0 to 100 percent.")
    return replace(form, of_buffer=_trouble(form.buffer), of_share=of_share)


def _trouble(text: str) -> str:
    try:
        parse_quantity(text)
    except InvalidQuantity as error:
        return quantity_trouble(str(error.given))
    return ""


def _rules(form: RulesForm) -> ShopRules:
    return ShopRules(
        buffer=parse_quantity(form.buffer),
        share=parse_quantity(form.share),
        sells_from=tuple(sorted(form.sells_from)),
        packs_in=form.packs_in,
        refunds=RefundMode(form.refunds),
    )


def _back(shop_id: int, key: PageKey) -> ResponseReturnValue:
    address = url_for("admin_shops.show_shop", shop_id=shop_id, told=key.id)
    return redirect(address, 303)

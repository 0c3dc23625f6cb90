"""Who may come in, as what, and to which shops and warehouses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from stock import levels
from stock.admin.unmapped import shops_seen
from stock.errors import NameRefused, PersonExists
from stock.models import Shop, Warehouse
from stock.people import add_person, list_people
from web.access import current_reader, desk_blueprint
from web.admin.forms import (
    Outcome,
    demand_everything,
    fresh_key,
    ids_in,
    once,
    read_fields,
    sent_key,
    stale_trouble,
    told_outcome,
)
from web.admin.words import said
from web.desk import current_desk
from web.errors import FieldsRefused
from web.language import gettext
from web.permissions import Permission, Role, needs

PAGE = "admin/people"
SHOP = "shop-"
WAREHOUSE = "warehouse-"

blueprint = desk_blueprint("admin_people")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What a person is, and what the person is bound to; none ticked means all."""

    role: Role = Role.CLERK
    shops: frozenset[int] = frozenset()
    warehouses: frozenset[int] = frozenset()

    @property
    def shop_ids(self) -> frozenset[int] | None:
        """The shops as the stock room takes them."""
        return self.shops or None

    @property
    def warehouse_ids(self) -> frozenset[int] | None:
        """The warehouses as the stock room takes them."""
        return self.warehouses or None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPerson:
    """A person to be added, as it was typed, and what is wrong."""

    name: str = ""
    bounds: Bounds = Bounds()
    trouble: str = ""


@blueprint.get("/admin/people")
@needs(Permission.ADMINISTER)
def show_people() -> ResponseReturnValue:
    """Show everybody, and a form to add somebody."""
    demand_everything()
    with current_desk().database.read() as session:
        return _page(session)


@blueprint.post("/admin/people")
@needs(Permission.ADMINISTER)
def add() -> ResponseReturnValue:
    """Add a person, or show the form again with what is wrong in it."""
    demand_everything()
    fields = read_fields(("name", "role"), (SHOP, WAREHOUSE))
    key = sent_key(PAGE)
    desk = current_desk()
    with desk.database.read() as session:
        new = NewPerson(
            name=fields.get("name", ""), bounds=read_bounds(session, fields)
        )
        if key is None:
            return _page(session, replace(new, trouble=stale_trouble()), status=400)

    def work(session: Session) -> Outcome:
        person = add_person(
            session,
            name=new.name,
            role=new.bounds.role,
            shop_ids=new.bounds.shop_ids,
            warehouse_ids=new.bounds.warehouse_ids,
            actor=current_reader().user,
            now=desk.now(),
        )
        return {"did": "added", "name": person.name, "person": person.id}

    try:
        once(key, work)
    except (NameRefused, PersonExists) as refusal:
        with desk.database.read() as session:
            told = replace(new, trouble=_sentence(refusal))
            return _page(session, told, status=409)
    return redirect(url_for(".show_people", told=key.id), 303)


def read_bounds(session: Session, fields: Mapping[str, str]) -> Bounds:
    """Return what a form says a person is.  Raises ``FieldsRefused``."""
    role = fields.get("role", "")
    if role not in set(Role):
        raise FieldsRefused("role")
    shops, warehouses = ids_in(fields, SHOP), ids_in(fields, WAREHOUSE)
    if not {shop.id for shop in all_shops(session)}.issuperset(shops):
        raise FieldsRefused(SHOP)
    if not {w.id for w in levels.all_warehouses(session)}.issuperset(warehouses):
        raise FieldsRefused(WAREHOUSE)
    return Bounds(
        role=Role(role), shops=frozenset(shops), warehouses=frozenset(warehouses)
    )


def all_shops(session: Session) -> Sequence[Shop]:
    """Return every shop that a person could be bound to."""
    return shops_seen(session, None)


def _page(
    session: Session, new: NewPerson | None = None, *, status: int = 200
) -> ResponseReturnValue:
    shops: Sequence[Shop] = all_shops(session)
    warehouses: Sequence[Warehouse] = levels.all_warehouses(session)
    outcome = told_outcome(session) if request.method == "GET" else None
    page = render_template(
        "admin/people.html",
        people=list_people(session),
        shop_names={shop.id: shop.name for shop in shops},
        warehouse_codes={place.id: place.code for place in warehouses},
        shops=shops,
        warehouses=warehouses,
        roles=list(Role),
        new=new or NewPerson(),
        told=said(outcome),
        added=outcome.get("person") if outcome else None,
        key=fresh_key(PAGE),
    )
    return page, status


def _sentence(refusal: NameRefused | PersonExists) -> str:
    if isinstance(refusal, PersonExists):
        return gettext(
            "There is somebody called “%(name)s” already.", name=refusal.name
        )
    return gettext("A name has 1 to 100 characters that can be seen.")

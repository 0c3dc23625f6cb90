"""Has the seller give a shop access again: the channel's page, and its answer."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

from flask import redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from connector.errors import ConnectorError
from daemon.consents import consent_link
from daemon.decisions import told
from stock.admin import consents
from stock.admin.consents import AnswerTooLong, ConsentUnknown
from stock.errors import VaultError
from stock.models import Shop
from stock.vault import Vault
from web.access import current_reader, desk_blueprint
from web.admin.forms import Outcome, once, read_fields, sent_key, stale_trouble
from web.admin.shops import named_shop, page_of, shop_page
from web.desk import current_desk
from web.language import gettext
from web.permissions import Permission, needs
from web.tokens import PageKey

blueprint = desk_blueprint("admin_shop_access")


@blueprint.post("/admin/shops/<id:shop_id>/access")
@needs(Permission.ADMINISTER)
def ask(shop_id: int) -> ResponseReturnValue:
    """Show the link to the channel's page on which the seller gives access."""
    read_fields(())
    key = sent_key(page_of(shop_id))
    desk = current_desk()
    with desk.database.read() as session:
        shop = named_shop(session, shop_id)
        if key is None:
            return shop_page(session, shop, of_access=stale_trouble(), status=400)
    try:
        link = consent_link(desk.settings, desk.database, shop, key.id, now=desk.now)
    except (ConnectorError, VaultError) as error:
        with desk.database.read() as session:
            shop = named_shop(session, shop_id)
            return shop_page(session, shop, no_access=told(error), status=409)

    def work(session: Session) -> None:
        asked = named_shop(session, shop_id)
        actor = current_reader().user
        # The form's key names the asking: a double click asks once.
        consents.ask(session, asked, actor=actor, now=desk.now(), state=key.id)

    desk.database.run(work)
    with desk.database.read() as session:
        return shop_page(session, named_shop(session, shop_id), link=link)


@blueprint.post("/admin/shops/<id:shop_id>/answer")
@needs(Permission.ADMINISTER)
def answer(shop_id: int) -> ResponseReturnValue:
    """Take in the address that the channel's page sent the seller to."""
    typed = read_fields(("answer",)).get("answer", "")
    told = dict(parse_qsl(urlsplit(typed.strip()).query, keep_blank_values=True))
    key = sent_key(page_of(shop_id))
    with current_desk().database.read() as session:
        shop = named_shop(session, shop_id)
        trouble = "" if key else stale_trouble()
        if key and not told:
            trouble = gettext(
                "There is no answer in it. Copy the whole address of the page to which"
                " the channel has sent you."
            )
        if key is None or trouble:
            return _again(session, shop, typed, trouble, 400)
    return _take(shop_id, key, typed, told)


def _take(
    shop_id: int, key: PageKey, typed: str, told: dict[str, str]
) -> ResponseReturnValue:
    desk = current_desk()
    names = []

    def work(session: Session) -> Outcome:
        shop = named_shop(session, shop_id)
        vault = Vault(desk.settings.credentials_keys)
        actor = current_reader().user
        consents.take_answer(session, vault, shop, told, actor=actor, now=desk.now())
        names.append(shop.name)
        return {"did": "answered"}

    try:
        once(key, work)
    except (ConsentUnknown, AnswerTooLong):
        trouble = gettext(
            "This answer belongs to another link, or the link is over. Make a new one."
        )
        with desk.database.read() as session:
            return _again(session, named_shop(session, shop_id), typed, trouble, 409)
    for name in names:
        desk.bell.ring(name)
    address = url_for("admin_shops.show_shop", shop_id=shop_id, told=key.id)
    return redirect(address, 303)


def _again(
    session: Session, shop: Shop, typed: str, trouble: str, status: int
) -> ResponseReturnValue:
    return shop_page(session, shop, answer=typed, of_access=trouble, status=status)

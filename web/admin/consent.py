"""Where channels send sellers back to: the answer is kept for a worker."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from daemon.consents import RETURN_PATH
from stock.admin import consents
from stock.admin.consents import AnswerTooLong, ConsentUnknown
from stock.vault import Vault
from web.desk import current_desk
from web.error_pages import Trouble, show_trouble
from web.language import gettext

blueprint = Blueprint("consent", __name__)


@blueprint.get(RETURN_PATH)
def show() -> ResponseReturnValue:
    """Ask whoever comes back to confirm; looking changes nothing."""
    # Nobody is signed in here: the state, which only we and the channel know, proves
    # that we asked.
    answer = {name: value for name, value in request.args.items() if name != "lang"}
    desk = current_desk()
    try:
        with desk.database.read() as session:
            asked = consents.find_asked(
                session, answer.get("state", ""), now=desk.now()
            )
            page = render_template(
                "admin/consent.html", shop=asked.shop, answer=answer, is_taken=False
            )
    except ConsentUnknown as error:
        return _unknown(error)
    return page


@blueprint.post(RETURN_PATH)
def take() -> ResponseReturnValue:
    """Keep the answer and wake a worker."""
    answer = {name: value for name, value in request.form.items() if name != "lang"}
    desk = current_desk()

    def work(session: Session) -> str:
        state = answer.get("state", "")
        asked = consents.find_asked(session, state, now=desk.now())
        vault = Vault(desk.settings.credentials_keys)
        shop, actor = asked.shop, asked.actor
        consents.take_answer(session, vault, shop, answer, actor=actor, now=desk.now())
        return shop.name

    try:
        name = desk.database.run(work)
    except (ConsentUnknown, AnswerTooLong) as error:
        return _unknown(error)
    desk.bell.ring(name)
    return render_template("admin/consent.html", name=name, answer={}, is_taken=True)


def _unknown(error: Exception) -> ResponseReturnValue:
    trouble = Trouble(
        title=gettext("Nobody asked for this access, or it was too long ago."),
        way_out=gettext(
            "Make a new link on the shop's page, or paste this page's address there."
        ),
    )
    return show_trouble(trouble, 404, cause=type(error).__name__)

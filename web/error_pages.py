"""Answers errors in the reader's language: what happened, and the way out."""

from __future__ import annotations

import logging
import secrets
import traceback
from dataclasses import dataclass
from typing import Any

from flask import Flask, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException, InternalServerError

from daemon.links import PURPOSE
from stock.errors import PersonDisabled
from web.api.troubles import answer_http, is_for_programs
from web.errors import (
    FieldsRefused,
    ForeignForm,
    RecordMissing,
    RoleRefused,
    TokenRefused,
)
from web.hosts import HostRefused
from web.journal import write_entry
from web.language import gettext
from web.permissions import Permission
from web.sessions import SESSION
from web.unsent import Unsent, find_unsent
from web.words import ROLES, word


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What an error page says."""

    title: str
    way_out: str
    may_sign_in: bool = False
    unsent: Unsent | None = None
    """What was typed and is not to be lost."""


class QuietFlask(Flask):
    """Leaves the log to our error pages: Flask would write the path, a secret here."""

    def log_exception(self, exc_info: Any) -> None:
        """Write nothing."""


def install_error_pages(app: Flask) -> None:
    """Let an application answer every error with a page of this room."""
    app.register_error_handler(TokenRefused, _token_refused)
    app.register_error_handler(PersonDisabled, _person_disabled)
    app.register_error_handler(ForeignForm, _foreign_form)
    app.register_error_handler(RoleRefused, _role_refused)
    app.register_error_handler(RecordMissing, _record_missing)
    app.register_error_handler(FieldsRefused, _fields_refused)
    app.register_error_handler(OperationalError, _database_away)
    app.register_error_handler(HTTPException, _http_error)


def show_trouble(
    trouble: Trouble, status: int, *, cause: object
) -> ResponseReturnValue:
    """Return an error page with an id under which the log has the cause."""
    error_id = secrets.token_hex(4)
    level = logging.ERROR if status >= 500 else logging.INFO
    rule = request.url_rule
    write_entry(
        "refused",
        level=level,
        error=error_id,
        status=status,
        page=rule.rule if rule else "",
        cause=cause,
    )
    return render_template("error.html", trouble=trouble, error_id=error_id), status


def _token_refused(error: TokenRefused) -> ResponseReturnValue:
    if error.purpose == PURPOSE and error.expired:
        title = gettext("This link is over: it opens once, and for a short while only.")
    elif error.expired:
        title = gettext("Your session is over.")
    else:
        title = gettext("This link is not valid.")
    way_out = gettext("Open the page again from your ERP, or ask for a new link.")
    is_session = error.purpose == SESSION
    trouble = Trouble(
        title=title,
        way_out=way_out,
        may_sign_in=is_session,
        unsent=find_unsent() if is_session else None,
    )
    return show_trouble(trouble, 403, cause=error)


def _person_disabled(error: PersonDisabled) -> ResponseReturnValue:
    trouble = Trouble(
        title=gettext("“%(name)s” is not let in any more.", name=error.name),
        way_out=gettext("Ask an administrator."),
    )
    return show_trouble(trouble, 403, cause=error)


def _foreign_form(error: ForeignForm) -> ResponseReturnValue:
    trouble = Trouble(
        title=gettext("This form was not sent by the sign-in page."),
        way_out=gettext("Nothing happened. Open the sign-in page and try there."),
        may_sign_in=True,
    )
    return show_trouble(trouble, 403, cause=error)


def _role_refused(error: RoleRefused) -> ResponseReturnValue:
    role = word(ROLES, error.role)
    titles: dict[Permission | None, str] = {
        Permission.BOOK: gettext(
            "You are signed in as “%(role)s” and may look, but not book.", role=role
        ),
        Permission.REVERSE: gettext(
            "You are signed in as “%(role)s” and may not reverse a receipt.", role=role
        ),
        Permission.WRITE_OFF: gettext(
            "You are signed in as “%(role)s” and may not write goods off.", role=role
        ),
    }
    ways_out: dict[Permission | None, str] = {
        Permission.BOOK: gettext(
            "Ask an administrator for a link with the role of a clerk."
        ),
        Permission.REVERSE: gettext(
            "Nothing was changed. Ask a supervisor who did not book it to reverse it."
        ),
        Permission.WRITE_OFF: gettext(
            "Nothing was changed. Ask a supervisor or an administrator to do it."
        ),
    }
    trouble = Trouble(
        title=titles.get(
            error.permission,
            gettext("You are signed in as “%(role)s” and may not do this.", role=role),
        ),
        way_out=ways_out.get(
            error.permission,
            gettext("Nothing was changed. Ask an administrator."),
        ),
    )
    return show_trouble(trouble, 403, cause=error)


def _record_missing(error: RecordMissing) -> ResponseReturnValue:
    titles = {
        "order": gettext("There is no such order here."),
        "receipt": gettext("There is no such return receipt here."),
        "stocktake": gettext("There is no such stocktake here."),
    }
    way_out = gettext("Search by order number, tracking number, SKU or barcode.")
    anything = gettext("There is no such record here.")
    trouble = Trouble(title=titles.get(error.kind, anything), way_out=way_out)
    return show_trouble(trouble, 404, cause=error)


def _fields_refused(error: FieldsRefused) -> ResponseReturnValue:
    trouble = Trouble(
        title=gettext("The form came with a field that it does not have, or twice."),
        way_out=gettext("Nothing was booked. Go back, reload the form and try again."),
    )
    return show_trouble(trouble, 400, cause=error)


def _database_away(error: OperationalError) -> ResponseReturnValue:
    trouble = Trouble(
        title=gettext("The database does not answer."),
        way_out=gettext("Wait a moment and try again: a form is never booked twice."),
    )
    return show_trouble(trouble, 503, cause=_trace(error))


def _http_error(error: HTTPException) -> ResponseReturnValue:
    if is_for_programs():
        return answer_http(error)
    status = error.code or 500
    cause: object = error.name
    if isinstance(error, InternalServerError) and error.original_exception:
        cause = _trace(error.original_exception)
    if status < 400:
        return error.get_response()
    if isinstance(error, HostRefused):
        return show_trouble(_foreign_host(), status, cause=type(error).__name__)
    return show_trouble(_trouble_of(status), status, cause=cause)


def _foreign_host() -> Trouble:
    return Trouble(
        title=gettext("This page is not served under this address."),
        way_out=gettext(
            "Open it under its own address. Whoever looks after Truestock can name"
            " further ones in the setting TRUESTOCK_HOSTS."
        ),
    )


def _trouble_of(status: int) -> Trouble:
    again = gettext("Go back and try again.")
    match status:
        case 404:
            return Trouble(
                title=gettext("There is no such page."),
                way_out=gettext("Go back, or start again from the list."),
            )
        case 405:
            return Trouble(
                title=gettext("This address cannot be used like that."), way_out=again
            )
        case 413:
            return Trouble(
                title=gettext("That is more than the page can take."),
                way_out=gettext("Nothing was booked. Shorten the note and try again."),
            )
        case _ if status < 500:
            return Trouble(
                title=gettext("The page did not understand this request."),
                way_out=again,
            )
        case _:
            return Trouble(
                title=gettext("Something went wrong here, not with you."),
                way_out=gettext(
                    "Try again; a form is never booked twice."
                    " If it stays, report the number below."
                ),
            )


def _trace(error: BaseException) -> str:
    return "".join(traceback.format_exception(error))

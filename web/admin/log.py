"""Who did what, and when: people, shops, mapping, retries, sign-ins."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from stock.audit_log import list_audit
from web.access import desk_blueprint
from web.admin.audit_words import ACTIONS
from web.admin.forms import demand_everything
from web.asked import asked_id
from web.desk import current_desk
from web.permissions import Permission, needs
from web.typed import typed_code

PAGE_ENTRIES = 50

blueprint = desk_blueprint("admin_log")


@blueprint.get("/admin/log")
@needs(Permission.ADMINISTER)
def show_log() -> ResponseReturnValue:
    """Show the log, newest first; of one person or of one kind of action."""
    demand_everything()
    actor = typed_code(request.args.get("person", ""))
    action = typed_code(request.args.get("action", ""))
    before = asked_id("before")
    with current_desk().database.read() as session:
        found = list_audit(
            session,
            before_id=before,
            limit=PAGE_ENTRIES + 1,
            actor=actor,
            action=action,
        )
    shown = found[:PAGE_ENTRIES]
    return render_template(
        "admin/log.html",
        entries=shown,
        next_before=shown[-1].id if len(found) > PAGE_ENTRIES else None,
        person=actor,
        action=action,
        actions=list(ACTIONS),
        is_first=before is None,
    )

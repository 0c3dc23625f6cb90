"""What channels told and cannot be applied yet: why, and trying it again."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from stock.admin import retries, unmapped
from stock.admin.retries import MOST_AT_ONCE, Outcome
from stock.models import AuditEntry, SetAside, SetAsideReason
from web.access import check_shop, current_reader, desk_blueprint
from web.admin import forms
from web.asked import asked_id
from web.desk import current_desk
from web.errors import FieldsRefused, RecordMissing
from web.permissions import Permission, needs

PAGE = "set-aside"
PAGE_RECORDS = 30

blueprint = desk_blueprint("set_aside")


# Whoever may see a shop's orders may see which of them wait, and why.
@blueprint.get("/set-aside")
@needs(Permission.LOOK)
def show_list() -> ResponseReturnValue:
    """Show what waits, by reason, the longest waiting first."""
    with current_desk().database.read() as session:
        return _page(session)


@blueprint.post("/set-aside")
@needs(Permission.ADMINISTER)
def try_again() -> ResponseReturnValue:
    """Try one record again, or all of a reason."""
    fields = forms.read_fields(("only", "shop", "reason"))
    key = forms.sent_key(PAGE)
    desk = current_desk()
    if key is None:
        with desk.database.read() as session:
            return _page(session, trouble=forms.stale_trouble(), status=400)
    shops: set[str] = set()

    def work(session: Session) -> forms.Outcome:
        records = _meant(session, fields)
        if not records:
            return {"did": "nothing"}
        shops.update(record.shop.name for record in records)
        trial = retries.try_again(
            session, records, actor=current_reader().user, now=desk.now()
        )
        return {"did": "tried", "trial": trial.id}

    forms.once(key, work)
    for shop in sorted(shops):
        desk.bell.ring(shop)
    with desk.database.read() as session:
        outcome = forms.outcome_by(session, key) or {}
    if outcome.get("did") == "tried":
        return redirect(url_for(".show_trial", trial_id=outcome["trial"]), 303)
    return redirect(url_for(".show_list", told=key.id), 303)


@blueprint.get("/set-aside/tries/<id:trial_id>")
@needs(Permission.ADMINISTER)
def show_trial(trial_id: int) -> ResponseReturnValue:
    """Show what trying again gave, record by record."""
    first = asked_id("first") or 0
    with current_desk().database.read() as session:
        trial = retries.find_trial(session, trial_id)
        if trial is None:
            raise RecordMissing("trial")
        return _trial(session, trial, first)


def _trial(session: Session, trial: AuditEntry, first: int) -> ResponseReturnValue:
    tried = retries.tried_page(session, trial, first=first, limit=PAGE_RECORDS)
    seen = current_reader().shop_ids
    shown = [one for one in tried if seen is None or one.shop.id in seen]
    if tried and not shown:
        raise RecordMissing("trial")
    count = int(trial.detail["records"])
    following = first + PAGE_RECORDS
    return render_template(
        "admin/trial.html",
        trial=trial,
        tried=shown,
        count=count,
        is_cut=count == MOST_AT_ONCE,
        is_pending=any(one.outcome is Outcome.WAITING for one in shown),
        next_first=following if following < count else None,
    )


def _meant(session: Session, fields: dict[str, str]) -> list[SetAside]:
    seen = current_reader().shop_ids
    if fields.get("only"):
        record = session.get(SetAside, _number(fields["only"]))
        if record is None or not record.record_id:
            # It was taken in meanwhile, or nobody can name it to the channel.
            return []
        check_shop(record.shop_id)
        return [record]
    shop_id = _number(fields["shop"]) if fields.get("shop") else None
    if shop_id is not None:
        check_shop(shop_id, "shop")
    reason = _reason(fields.get("reason", ""))
    return list(
        retries.records_meant(session, shop_ids=seen, shop_id=shop_id, reason=reason)
    )


def _page(
    session: Session, *, trouble: str = "", status: int = 200
) -> ResponseReturnValue:
    seen = current_reader().shop_ids
    shop_id = asked_id("shop")
    if shop_id is not None:
        check_shop(shop_id, "shop")
    asked = request.args.get("reason", "")
    reason = SetAsideReason(asked) if asked in set(SetAsideReason) else None
    page = retries.set_aside_page(
        session,
        shop_ids=seen,
        shop_id=shop_id,
        reason=reason,
        after=asked_id("after") or 0,
        limit=PAGE_RECORDS,
    )
    counts = retries.how_many_by_reason(session, seen, shop_id)
    shown = render_template(
        "admin/set_aside.html",
        page=page,
        counts=counts,
        total=sum(counts.values()),
        meant=counts.get(reason, 0) if reason else sum(counts.values()),
        most=MOST_AT_ONCE,
        shops=unmapped.shops_seen(session, seen),
        shop_id=shop_id,
        reason=reason,
        trouble=trouble,
        key=forms.fresh_key(PAGE),
        now=current_desk().now(),
    )
    return shown, status


def _reason(text: str) -> SetAsideReason | None:
    if not text:
        return None
    if text not in set(SetAsideReason):
        raise FieldsRefused("reason")
    return SetAsideReason(text)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 17):
        raise FieldsRefused("only")
    return int(text)

"""What people decide about a shop: what it may show, where it packs, who refunds."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from stock import allotments
from stock.audit_log import write_audit
from stock.errors import StockError
from stock.models import RefundMode, Shop, Warehouse


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopRules:
    """A shop's rules; ``sells_from`` holds warehouse ids, none means all."""

    buffer: int
    share: int
    sells_from: tuple[int, ...]
    packs_in: int
    refunds: RefundMode


class RulesChanged(StockError):
    """Somebody else changed a shop's rules since they were looked at."""

    def __init__(self, shop: str) -> None:
        self.shop = shop
        super().__init__(f"somebody changed the rules of shop {shop!r} meanwhile")


class RefundsFixed(StockError):
    """A marketplace refunds buyers by itself: there is nothing to set."""

    def __init__(self, shop: str) -> None:
        self.shop = shop
        super().__init__(f"the channel of shop {shop!r} refunds buyers by itself")


def rules_of(session: Session, shop: Shop) -> ShopRules:
    """Return a shop's rules."""
    named = allotments.sells_from(session, shop)
    return ShopRules(
        buffer=shop.buffer,
        share=shop.share,
        sells_from=tuple(sorted(warehouse.id for warehouse in named)),
        packs_in=shop.warehouse_id,
        refunds=RefundMode(shop.refunds),
    )


def mark_of(rules: ShopRules) -> str:
    """Return a short mark of rules; other rules, another mark."""
    return hashlib.sha256(repr(rules).encode()).hexdigest()[:16]


def set_rules(
    session: Session,
    shop: Shop,
    rules: ShopRules,
    *,
    actor: str,
    now: datetime,
    seen: str | None = None,
) -> bool:
    """Change what differs, in a person's name; say whether anything did.

    ``seen`` marks the rules that the person looked at.  Raises ``RulesChanged`` when
    they are others by now, ``InvalidAllotment`` and ``RefundsFixed``.
    """
    session.execute(select(Shop.id).where(Shop.id == shop.id).with_for_update())
    session.refresh(shop)
    before = rules_of(session, shop)
    if rules == before:
        return False
    if seen is not None and seen != mark_of(before):
        raise RulesChanged(shop.name)
    if rules.refunds != before.refunds:
        _set_refunds(shop, rules.refunds)
    if (rules.buffer, rules.share) != (before.buffer, before.share):
        allotments.allot_shop(session, shop, buffer=rules.buffer, share=rules.share)
    if rules.sells_from != before.sells_from:
        named = _warehouses(session, rules.sells_from)
        allotments.sell_from(session, shop, named)
    shop.warehouse_id = rules.packs_in
    session.flush()
    detail = _differences(session, before, rules)
    write_audit(session, actor, "shop rules set", shop.name, detail, now)
    return True


def _set_refunds(shop: Shop, mode: RefundMode) -> None:
    if RefundMode.CHANNEL in (shop.refunds, mode):
        raise RefundsFixed(shop.name)
    shop.refunds = mode


def _warehouses(session: Session, ids: Sequence[int]) -> Sequence[Warehouse]:
    return session.scalars(select(Warehouse).where(Warehouse.id.in_(ids))).all()


def _differences(
    session: Session, before: ShopRules, after: ShopRules
) -> dict[str, str]:
    codes = {found.id: found.code for found in session.scalars(select(Warehouse))}

    def told(rules: ShopRules) -> dict[str, str]:
        return {
            "buffer": str(rules.buffer),
            "share": str(rules.share),
            "sells from": ", ".join(codes[x] for x in rules.sells_from) or "all",
            "packs in": codes[rules.packs_in],
            "refunds": str(rules.refunds),
        }

    old, new = told(before), told(after)
    return {
        name: f"{old[name]} → {new[name]}" for name in old if old[name] != new[name]
    }

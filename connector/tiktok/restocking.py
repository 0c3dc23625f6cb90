"""Turns off TikTok Shop's own restocking of cancelled orders.

Left on, the platform gives the units of a cancelled order back to buyers at once,
wherever the goods are.  The seller allows this by entering ``seller_id``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import timedelta

from connector.base import Settings
from connector.batches import batches
from connector.errors import (
    AuthenticationError,
    ConnectorError,
    RateLimited,
    TransientError,
)
from connector.parsing import told
from connector.rotation import change_settings
from connector.tiktok.client import Client
from connector.tiktok.refusals import ScopeMissing

SETTINGS_PATH = "/product/202608/inventory/operation/settings"
BATCH_SIZE = 500
MOST_REMEMBERED = 5000
"""The settings are opened for each call, so they must stay small."""

_REMEMBERED = "restocking_off"
_GOOD_FOR_SECONDS = int(timedelta(days=1).total_seconds())

_Confirmed = dict[int, list[str]]
"""Which SKUs TikTok Shop has confirmed, by the moment."""


class AutoRestock:
    """Asks for each SKU once a day, as somebody may turn it on in Seller Center.

    What was confirmed stands among the shop's settings, as one connector does not live
    for long.
    """

    def __init__(self, client: Client) -> None:
        self._client = client

    def turn_off(self, sku_ids: Sequence[str]) -> dict[str, str]:
        """Turn it off for these SKUs; return why it failed for those where it did.

        Does nothing unless the seller has allowed it.
        """
        seller_id = self._client.account().seller_id
        if not seller_id:
            return {}
        off = self._known_to_be_off()
        wanted = [one for one in dict.fromkeys(sku_ids) if one not in off]
        failures: dict[str, str] = {}
        for batch in batches(wanted, BATCH_SIZE):
            failures.update(self._turn_off(seller_id, batch))
        return failures

    def _turn_off(self, seller_id: str, sku_ids: Sequence[str]) -> dict[str, str]:
        body = {
            "seller_id": seller_id,
            "sku_ids": list(sku_ids),
            "stock_operation_setting": {"enable_auto_restock": False},
        }
        try:
            data = self._client.write(SETTINGS_PATH, body)
        except ScopeMissing as problem:
            return dict.fromkeys(sku_ids, problem.detail)
        except (AuthenticationError, RateLimited):
            raise
        except ConnectorError as problem:
            return dict.fromkeys(sku_ids, problem.detail)
        operation = data.get("stock_operation")
        done = operation.get("success_sku_ids") if isinstance(operation, dict) else []
        told_off = {told(one) for one in done} if isinstance(done, list) else set()
        confirmed = [one for one in sku_ids if one in told_off]
        if confirmed:
            self._remember(confirmed)
        missing = [one for one in sku_ids if one not in told_off]
        return dict.fromkeys(missing, "TikTok Shop did not confirm it")

    def _known_to_be_off(self) -> set[str]:
        now = int(self._client.clock().timestamp())
        confirmed = _confirmed(self._client.settings.read(), now)
        return {one for sku_ids in confirmed.values() for one in sku_ids}

    def _remember(self, sku_ids: list[str]) -> None:
        now = int(self._client.clock().timestamp())

        def add(current: Settings) -> Settings:
            confirmed = _confirmed(current, now)
            confirmed[now] = [*confirmed.get(now, []), *sku_ids]
            kept = {str(moment): ids for moment, ids in _newest(confirmed)}
            return {**current, _REMEMBERED: kept}

        # Else it is asked for once more, which harms nobody.
        with suppress(TransientError):
            change_settings(self._client.settings, add)


def _confirmed(settings: Settings, now: int) -> _Confirmed:
    """Return what the settings remember and still counts."""
    stored = settings.get(_REMEMBERED)
    if not isinstance(stored, dict):
        return {}
    return {
        int(moment): [one for one in sku_ids if isinstance(one, str)]
        for moment, sku_ids in stored.items()
        if isinstance(sku_ids, list) and _is_recent(moment, now)
    }


def _is_recent(moment: str, now: int) -> bool:
    return moment.isdecimal() and 0 <= now - int(moment) < _GOOD_FOR_SECONDS


def _newest(confirmed: _Confirmed) -> Iterator[tuple[int, list[str]]]:
    """Give the newest moments, as many as there is room for their SKUs."""
    room = MOST_REMEMBERED
    for moment, sku_ids in sorted(confirmed.items(), reverse=True):
        room -= len(sku_ids)
        if room < 0:
            return
        yield moment, sku_ids

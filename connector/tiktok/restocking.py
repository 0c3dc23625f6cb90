"""Turns off TikTok Shop's own restocking of cancelled orders.

Left on, the platform gives the units of a cancelled order back to buyers at once,
wherever the goods are.  The seller allows this by entering ``seller_id``.
"""

from __future__ import annotations

from collections.abc import Sequence

from connector.batches import batches
from connector.errors import AuthenticationError, ConnectorError, RateLimited
from connector.parsing import told
from connector.tiktok.client import Client
from connector.tiktok.refusals import ScopeMissing

SETTINGS_PATH = "/product/202608/inventory/operation/settings"
BATCH_SIZE = 500


class AutoRestock:
    """Remembers for which SKUs it is off, so that each is asked for once."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._off: set[str] = set()

    def turn_off(self, sku_ids: Sequence[str]) -> dict[str, str]:
        """Turn it off for these SKUs; return why it failed for those where it did.

        Does nothing unless the seller has allowed it.
        """
        seller_id = self._client.account().seller_id
        if not seller_id:
            return {}
        wanted = [one for one in dict.fromkeys(sku_ids) if one not in self._off]
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
        confirmed = {told(one) for one in done} if isinstance(done, list) else set()
        self._off.update(confirmed.intersection(sku_ids))
        missing = [one for one in sku_ids if one not in confirmed]
        return dict.fromkeys(missing, "TikTok Shop did not confirm it")

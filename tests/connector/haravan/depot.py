"""A location that keeps stock as Haravan does, at the HTTP edge."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests
import responses

from tests.connector.haravan.conftest import API

Reply = tuple[int, dict[str, str], str]


@dataclass
class Depot:
    """Units on hand and committed, by variant; product 7001 has them all."""

    on_hand: dict[int, int] = field(default_factory=dict)
    committed: dict[int, int] = field(default_factory=dict)
    unstocked: set[int] = field(default_factory=set)
    uncounted: set[int] = field(default_factory=set)
    refuses: set[int] = field(default_factory=set)
    """Variants that spoil the call that names them."""
    ignores: set[int] = field(default_factory=set)
    """Variants whose rows are passed over without a word."""
    sets_available: bool = False
    sent: list[dict[str, Any]] = field(default_factory=list)
    troubles: list[Any] = field(default_factory=list)
    """What befalls the next writes: a status, "lost", or something to do before."""
    read_troubles: list[int | None] = field(default_factory=list)

    def available(self, variant: int) -> int:
        return self.on_hand[variant] - self.committed.get(variant, 0)

    def serve(self, edge: responses.RequestsMock) -> None:
        edge.add_callback(
            "POST", f"{API}/inventories/adjustorset.json", callback=self._adjust
        )
        edge.add_callback(
            "GET", f"{API}/inventory_locations.json", callback=self._levels
        )
        for variant in {*self.unstocked, *self.uncounted}:
            managed = None if variant in self.uncounted else "haravan"
            told = {
                "id": variant,
                "product_id": 7001,
                "inventory_management": managed,
            }
            edge.get(f"{API}/variants/{variant}.json", json={"variant": told})

    def _adjust(self, request: Any) -> Reply:
        inventory = json.loads(request.body)["inventory"]
        self.sent.append(inventory)
        trouble = self.troubles.pop(0) if self.troubles else None
        if isinstance(trouble, int):
            return trouble, {"Retry-After": "7"}, '{"errors": "no"}'
        named = {row["product_variant_id"] for row in inventory["line_items"]}
        if named & self.refuses:
            return 422, {}, '{"errors": {"line_items": ["unknown variant"]}}'
        for row in inventory["line_items"]:
            self._set(row["product_variant_id"], row["quantity"], inventory["type"])
        if callable(trouble):
            trouble()
        if trouble == "lost":
            raise requests.ConnectionError("the line broke")
        return 200, {}, '{"inventory": {"id": 1}}'

    def _set(self, variant: int, quantity: int, kind: str) -> None:
        if variant in self.ignores:
            return
        self.unstocked.discard(variant)
        before = self.on_hand.get(variant, 0)
        committed = self.committed.get(variant, 0)
        if kind != "set":
            self.on_hand[variant] = before + quantity
        else:
            extra = committed if self.sets_available else 0
            self.on_hand[variant] = quantity + extra

    def _levels(self, request: Any) -> Reply:
        trouble = self.read_troubles.pop(0) if self.read_troubles else None
        if trouble is not None:
            return trouble, {}, "{}"
        query = parse_qs(urlsplit(request.url).query)
        wanted = [int(one) for one in query["variant_ids"][0].split(",")]
        rows = [
            {
                "loc_id": 5001,
                "product_id": 7001,
                "variant_id": variant,
                "qty_onhand": self.on_hand[variant],
                "qty_commited": self.committed.get(variant, 0),
                "qty_available": self.available(variant),
            }
            for variant in wanted
            if variant in self.on_hand
        ]
        return 200, {}, json.dumps({"inventory_locations": rows})

"""A tiny client of the WooCommerce sandbox with a signer of its own."""

import base64
import hashlib
import hmac
import time
from collections.abc import Mapping
from itertools import count
from typing import Any
from urllib.parse import quote

import requests

from tests.sandbox.driver import Control, Json, lines

_nonces = count(1)


def encode(text: str) -> str:
    return quote(text, safe="~")


def signature(
    method: str, url: str, secret: str, query: Mapping[str, str], digest: str = "sha256"
) -> str:
    pairs = sorted((encode(name), encode(value)) for name, value in query.items())
    parameters = "&".join(f"{name}={value}" for name, value in pairs)
    base = "&".join((method, encode(url), encode(parameters)))
    mac = hmac.new(f"{secret}&".encode(), base.encode(), digest).digest()
    return base64.b64encode(mac).decode()


class Seller:
    """One site: what its people do, and the API calls that it signs itself."""

    def __init__(self, control: Control, name: str, settings: Json) -> None:
        self.control = control
        self.name = name
        self.settings = settings
        self.listings: dict[str, Json] = {}

    @property
    def api(self) -> str:
        return f"{self.settings['base_url']}/wp-json/wc/v3/"

    def sell(self, **quantities: int) -> None:
        items = [{"sku": sku, "quantity": n} for sku, n in quantities.items()]
        answer = self.control.post("woocommerce/items", shop=self.name, items=items)
        self.listings |= {each["sku"]: each for each in answer["listings"]}

    def order(self, cod: bool = False, unpaid: bool = False, **quantities: int) -> str:
        answer = self.control.post(
            "woocommerce/orders",
            shop=self.name,
            lines=lines(quantities),
            cod=cod,
            unpaid=unpaid,
        )
        return str(answer["orders"][0])

    def do(self, order: str, *actions: str, **quantities: int) -> Json:
        view: Json = {}
        for action in actions:
            more: Json = {"lines": lines(quantities)} if quantities else {}
            path = f"woocommerce/orders/{order}/do"
            view = self.control.post(path, action=action, **more)
        return view

    def refused(self, order: str, action: str, **quantities: int) -> str:
        more: Json = {"lines": lines(quantities)} if quantities else {}
        path = f"woocommerce/orders/{order}/do"
        answer = self.control.post(path, expect=409, action=action, **more)
        return str(answer["error"])

    def stock(self, sku: str = "A") -> int:
        return int(self.control.get("woocommerce/stock", shop=self.name)[sku])

    def sold(self, sku: str = "A") -> int:
        return int(self.control.get("woocommerce/sold", shop=self.name)[sku])

    def writes(self) -> list[Json]:
        found: list[Json] = self.control.get("woocommerce/writes", shop=self.name)
        return found

    def view(self, order: str) -> Json:
        found: Json = self.control.get(f"woocommerce/orders/{order}")
        return found

    def fault(self, path: str, kind: str, **more: Any) -> None:
        self.control.post(
            "faults",
            channel="woocommerce",
            match=f"/wp-json/wc/v3/{path}",
            kind=kind,
            **{"times": 1} | more,
        )

    def signed(
        self, method: str, path: str, query: Mapping[str, object], **replaced: Any
    ) -> dict[str, str]:
        """The query with the OAuth parameters; a replaced one is signed as it is."""
        given = {
            "oauth_consumer_key": self.settings["consumer_key"],
            "oauth_nonce": f"nonce{next(_nonces)}",
            "oauth_signature_method": "HMAC-SHA256",
            "oauth_timestamp": str(int(time.time())),
        }
        whole = {**{k: str(v) for k, v in query.items()}, **given, **replaced}
        digest = whole["oauth_signature_method"].removeprefix("HMAC-").lower()
        secret = self.settings["consumer_secret"]
        whole["oauth_signature"] = signature(
            method, self.api + path, secret, whole, digest
        )
        return whole

    def send(
        self,
        method: str,
        path: str,
        body: Json | None = None,
        timeout: float = 10,
        **query: Any,
    ) -> requests.Response:
        return requests.request(
            method,
            self.api + path,
            params=self.signed(method, path, query),
            json=body,
            timeout=timeout,
            allow_redirects=False,
        )

    def get(self, path: str, **query: Any) -> Any:
        return self._expect(200, self.send("GET", path, **query))

    def put(self, path: str, **body: Any) -> Any:
        return self._expect(200, self.send("PUT", path, body))

    def post(self, path: str, expect: int = 201, **body: Any) -> Any:
        return self._expect(expect, self.send("POST", path, body))

    def error(
        self, method: str, path: str, body: Json | None = None, **query: Any
    ) -> tuple[int, str]:
        answer = self.send(method, path, body, **query)
        return answer.status_code, answer.json()["code"]

    def detail(self, order: str) -> Json:
        found: Json = self.get(f"orders/{order}")
        return found

    def meta(self, order: str, key: str) -> Any:
        rows = self.detail(order)["meta_data"]
        return next((row["value"] for row in rows if row["key"] == key), None)

    def row(self, order: str, sku: str = "A") -> Json:
        rows = self.detail(order)["line_items"]
        found: Json = next(row for row in rows if row["sku"] == sku)
        return found

    def place_of(self, sku: str = "A") -> str:
        listing = self.listings[sku]
        path = f"products/{listing['item_id']}"
        variant = listing["variant_id"]
        return f"{path}/variations/{variant}" if variant else path

    def write_stock(self, quantity: object, sku: str = "A", timeout: float = 10) -> Any:
        body = {"stock_quantity": quantity}
        return self.send("PUT", self.place_of(sku), body, timeout=timeout)

    def refund(self, order: str, quantity: int, sku: str = "A", **more: Any) -> Any:
        """Give back the price of some units, by no gateway and without restocking."""
        row = self.row(order, sku)
        total = quantity * row["price"]
        body = {
            "amount": f"{total}.00",
            "api_refund": False,
            "api_restock": False,
            "line_items": [
                {"id": row["id"], "quantity": quantity, "refund_total": total}
            ],
        }
        return self.send("POST", f"orders/{order}/refunds", {**body, **more})

    def _expect(self, status: int, answer: requests.Response) -> Any:
        assert answer.status_code == status, answer.text
        return answer.json()


def webhook_signature(secret: str, body: bytes) -> str:
    mac = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    return base64.b64encode(mac).decode()

"""A tiny client of the sandbox's TikTok Shop with a signer of its own."""

import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from typing import Any

import requests

from tests.sandbox.driver import Control, Json, lines


class Shop:
    """One shop: what its buyers do, and the API calls that it signs itself."""

    def __init__(self, control: Control, name: str, settings: Json) -> None:
        self.control = control
        self.name = name
        self.settings = settings
        self.listings: dict[str, Json] = {}

    def sell(self, **quantities: int) -> None:
        items = [{"sku": sku, "quantity": n} for sku, n in quantities.items()]
        answer = self.control.post("tiktok/items", shop=self.name, items=items)
        self.listings |= {each["sku"]: each for each in answer["listings"]}

    def order(self, *actions: str, **quantities: int) -> str:
        order = self.place(quantities)
        self.do(order, *actions)
        return order

    def place(self, quantities: Mapping[str, int], **more: bool) -> str:
        answer = self.control.post(
            "tiktok/orders", shop=self.name, lines=lines(quantities), **more
        )
        return str(answer["orders"][0])

    def do(self, order: str, *actions: str, **quantities: int) -> Json:
        view: Json = {}
        for action in actions:
            more: Json = {"lines": lines(quantities)} if quantities else {}
            view = self.control.post(f"tiktok/orders/{order}/do", action=action, **more)
        return view

    def refused(self, order: str, action: str, **quantities: int) -> str:
        more: Json = {"lines": lines(quantities)} if quantities else {}
        answer = self.control.post(
            f"tiktok/orders/{order}/do", expect=409, action=action, **more
        )
        return str(answer["error"])

    def stock(self) -> dict[str, int]:
        seen: dict[str, int] = self.control.get("tiktok/stock", shop=self.name)
        return seen

    def fault(self, match: str, kind: str, **more: Any) -> None:
        given: Json = {"times": 1} | more
        self.control.post("faults", channel="tiktok", match=match, kind=kind, **given)

    def get(self, path: str, **query: object) -> Json:
        return data(self.send("GET", path, query))

    def post(self, path: str, query: Json | None = None, **body: Any) -> Json:
        return data(self.send("POST", path, query or {}, body))

    def code(
        self, method: str, path: str, query: Json | None = None, body: Any = None
    ) -> int:
        answer = self.send(method, path, query or {}, body).json()
        assert (answer["code"] == 0) == (answer["message"] == "Success")
        return int(answer["code"])

    def send(
        self,
        method: str,
        path: str,
        query: Mapping[str, object] | None = None,
        body: Any = None,
        *,
        headers: Mapping[str, str] | None = None,
        timeout: float = 10,
    ) -> requests.Response:
        raw = b"" if body is None else json.dumps(body).encode()
        given: dict[str, str] = {
            "app_key": self.settings["app_key"],
            "timestamp": str(int(time.time())),
        }
        if not path.startswith("/authorization/"):
            given["shop_cipher"] = self.settings["shop_cipher"]
        for name, value in (query or {}).items():
            if value is None:
                given.pop(name, None)
            else:
                given[name] = str(value)
        signature = sign(self.settings["app_secret"], path, given, raw)
        return requests.request(
            method,
            self.settings["base_url"] + path,
            params={"sign": signature, **given},
            data=raw,
            headers={
                "x-tts-access-token": self.settings["access_token"],
                "Content-Type": "application/json",
                **(headers or {}),
            },
            timeout=timeout,
        )

    def token(self, path: str, **query: object) -> Json:
        given: dict[str, Any] = {
            "app_key": self.settings["app_key"],
            "app_secret": self.settings["app_secret"],
            **query,
        }
        answer = requests.get(
            f"{self.settings['auth_url']}/api/v2/token/{path}", params=given, timeout=5
        )
        assert answer.status_code == 200
        result: Json = answer.json()
        return result

    def detail(self, order: str) -> Json:
        found: Json = self.get("/order/202507/orders", ids=order)["orders"][0]
        return found

    def scans(self, order: str) -> list[str]:
        answer = self.get(f"/logistics/202604/orders/{order}/tracking")
        return [
            event["action_code_name"]
            for parcel in answer["logistics_details"]
            for event in reversed(parcel["track_list"])
        ]

    def returns(self, **body: Any) -> list[Json]:
        answer = self.post("/return_refund/202602/returns/search", **body)
        found: list[Json] = answer["return_orders"]
        return found

    def cancellations(self, **body: Any) -> list[Json]:
        answer = self.post("/return_refund/202602/cancellations/search", **body)
        found: list[Json] = answer["cancellations"]
        return found

    def rmas(self) -> list[Json]:
        answer = self.post("/return_refund/202604/rma/search")
        found: list[Json] = answer["return_merchandise_authorizations"]
        return found

    def stock_path(self, sku: str) -> str:
        return (
            f"/product/202309/products/{self.listings[sku]['item_id']}/inventory/update"
        )

    def stock_row(self, sku: str, quantity: object, **more: object) -> Json:
        entry = {"warehouse_id": self.settings["warehouse_id"], "quantity": quantity}
        return {"id": self.listings[sku]["variant_id"], "inventory": [entry | more]}

    def write_stock(self, sku: str, quantity: object, timeout: float = 10) -> Json:
        body = {"skus": [self.stock_row(sku, quantity)]}
        answer = self.send("POST", self.stock_path(sku), {}, body, timeout=timeout)
        result: Json = answer.json()
        return result

    def numbers(self, sku: str) -> tuple[int, int]:
        sku_id = self.listings[sku]["variant_id"]
        answer = self.post("/product/202309/inventory/search", sku_ids=[sku_id])
        found = answer["inventory"][0]["skus"][0]
        return found["total_available_quantity"], found["total_committed_quantity"]


def data(answer: requests.Response) -> Json:
    assert answer.status_code == 200, answer.text
    body: Json = answer.json()
    assert body["code"] == 0, body
    assert len(body["request_id"]) == 34
    result: Json = body["data"]
    return result


def sign(secret: str, path: str, query: Mapping[str, str], body: bytes) -> str:
    named = sorted(set(query) - {"sign", "access_token"})
    message = secret + path + "".join(f"{name}{query[name]}" for name in named)
    return digest(secret, message.encode() + body + secret.encode())


def digest(secret: str, message: bytes) -> str:
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()

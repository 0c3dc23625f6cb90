"""A tiny client of the sandbox with a signer of its own."""

import hashlib
import hmac
import time
from collections.abc import Mapping
from typing import Any

import requests

Json = dict[str, Any]


class Control:
    """The control API."""

    def __init__(self, url: str) -> None:
        self.url = url

    def get(self, path: str, **query: str) -> Any:
        answer = requests.get(f"{self.url}/_control/{path}", params=query, timeout=10)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, *, expect: int = 200, **body: object) -> Json:
        answer = requests.post(f"{self.url}/_control/{path}", json=body, timeout=10)
        assert answer.status_code == expect, answer.text
        result: Json = answer.json()
        return result

    def fault(self, match: str, kind: str, **more: Any) -> None:
        self.post(
            "faults",
            channel="shopee",
            match=f"/api/v2/{match}",
            kind=kind,
            **{"times": 1} | more,
        )

    def clock(self, seconds: float) -> None:
        self.post("clock", advance_seconds=seconds)


class Seller:
    """One shop: what its buyers do, and the API calls that it signs itself."""

    def __init__(self, control: Control, name: str, settings: Json) -> None:
        self.control = control
        self.name = name
        self.settings = settings
        self.listings: dict[str, Json] = {}

    def sell(self, **quantities: int) -> None:
        items = [{"sku": sku, "quantity": n} for sku, n in quantities.items()]
        answer = self.control.post("shopee/items", shop=self.name, items=items)
        self.listings |= {each["sku"]: each for each in answer["listings"]}

    def order(self, **quantities: int) -> str:
        return self._place(quantities, cod=False)

    def cod_order(self, **quantities: int) -> str:
        return self._place(quantities, cod=True)

    def _place(self, quantities: Mapping[str, int], *, cod: bool) -> str:
        answer = self.control.post(
            "shopee/orders", shop=self.name, lines=lines(quantities), cod=cod
        )
        return str(answer["orders"][0])

    def do(self, order: str, *actions: str, **quantities: int) -> Json:
        view: Json = {}
        for action in actions:
            more: Json = {"lines": lines(quantities)} if quantities else {}
            view = self.control.post(f"shopee/orders/{order}/do", action=action, **more)
        return view

    def refused(self, order: str, action: str, **quantities: int) -> str:
        more: Json = {"lines": lines(quantities)} if quantities else {}
        answer = self.control.post(
            f"shopee/orders/{order}/do", expect=409, action=action, **more
        )
        return str(answer["error"])

    def stock(self) -> dict[str, int]:
        seen: dict[str, int] = self.control.get("shopee/stock", shop=self.name)
        return seen

    def get(self, path: str, **query: object) -> Json:
        return self.call("GET", path, query)

    def post(self, path: str, **body: object) -> Json:
        return self.call("POST", path, {}, body)

    def call(
        self,
        method: str,
        path: str,
        query: Mapping[str, object],
        body: Json | None = None,
        **replaced: Any,
    ) -> Json:
        answer = self.send(method, path, query, body, **replaced)
        assert answer.status_code == 200, answer.text
        result: Json = answer.json()
        return result

    def send(
        self,
        method: str,
        path: str,
        query: Mapping[str, object],
        body: Json | None = None,
        timeout: float = 10,
        **replaced: Any,
    ) -> requests.Response:
        path = f"/api/v2/{path}"
        public = {
            "partner_id": self.settings["partner_id"],
            "timestamp": int(time.time()),
        }
        of_shop = {
            "access_token": self.settings["access_token"],
            "shop_id": self.settings["shop_id"],
        }
        is_public = path.split("/")[3] in ("auth", "public", "push")
        given: dict[str, object] = public if is_public else public | of_shop
        given = {**given, **replaced}
        values = [str(value) for value in given.values()]
        base = values[0] + path + "".join(values[1:])
        given = {"sign": sign(str(self.settings["partner_key"]), base), **given}
        return requests.request(
            method,
            self.settings["base_url"] + path,
            params={**query, **given, **replaced},
            json=body,
            timeout=timeout,
            allow_redirects=False,
        )

    def detail(self, order: str) -> Json:
        fields = (
            "item_list,package_list,pickup_done_time,pay_time,cancel_by,cancel_reason"
        )
        answer = self.get(
            "order/get_order_detail",
            order_sn_list=order,
            response_optional_fields=fields,
        )
        found: Json = answer["response"]["order_list"][0]
        return found

    def package(self, number: str) -> Json:
        answer = self.get("order/get_package_detail", package_number_list=number)
        found: Json = answer["response"]["package_list"][0]
        return found

    def events(self, order: str, **more: object) -> list[str]:
        answer = self.get("logistics/get_tracking_info", order_sn=order, **more)
        return [
            each["logistics_status"] for each in answer["response"]["tracking_info"]
        ]

    def returns(self) -> list[Json]:
        answer = self.get("returns/get_return_list", page_no=1, page_size=100)
        found: list[Json] = answer["response"]["return"]
        return found

    def write_stock(self, sku: str, quantity: int, timeout: float = 10) -> Json:
        body = self.stock_body(sku, quantity)
        answer = self.send("POST", "product/update_stock", {}, body, timeout=timeout)
        result: Json = answer.json()
        return result

    def stock_body(self, sku: str, quantity: int) -> Json:
        listing = self.listings[sku]
        row = {
            "model_id": int(listing["variant_id"]),
            "seller_stock": [{"stock": quantity}],
        }
        return {"item_id": int(listing["item_id"]), "stock_list": [row]}


def lines(quantities: Mapping[str, int]) -> list[Json]:
    return [{"sku": sku, "quantity": n} for sku, n in quantities.items()]


def sign(key: str, base: str) -> str:
    return hmac.new(key.encode(), base.encode(), hashlib.sha256).hexdigest()

"""A Lazada seller who signs each call by the published rule."""

import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from typing import Any

import requests

from tests.sandbox.driver import Control, Json, lines


class Seller:
    """One shop: what its buyers do, and the API calls that it signs itself."""

    def __init__(self, control: Control, name: str, settings: Json) -> None:
        self.control = control
        self.name = name
        self.settings = settings
        self.listings: dict[str, Json] = {}

    def sell(self, **quantities: int) -> None:
        items = [{"sku": sku, "quantity": n} for sku, n in quantities.items()]
        answer = self.control.post("lazada/items", shop=self.name, items=items)
        self.listings |= {each["sku"]: each for each in answer["listings"]}

    def order(self, **units: int) -> str:
        return self._place(units)

    def cod_order(self, **units: int) -> str:
        return self._place(units, cod=True)

    def unpaid_order(self, **units: int) -> str:
        return self._place(units, unpaid=True)

    def _place(self, units: Mapping[str, int], **how: bool) -> str:
        answer = self.control.post(
            "lazada/orders", shop=self.name, lines=lines(units), **how
        )
        return str(answer["orders"][0])

    def do(self, order: str, *actions: str, **units: int) -> Json:
        view: Json = {}
        for action in actions:
            more: Json = {"lines": lines(units)} if units else {}
            view = self.control.post(f"lazada/orders/{order}/do", action=action, **more)
        return view

    def refused(self, order: str, action: str, **units: int) -> str:
        more: Json = {"lines": lines(units)} if units else {}
        path = f"lazada/orders/{order}/do"
        answer = self.control.post(path, expect=409, action=action, **more)
        return str(answer["error"])

    def stock(self) -> dict[str, int]:
        seen: dict[str, int] = self.control.get("lazada/stock", shop=self.name)
        return seen

    def get(self, path: str, **parameters: object) -> Json:
        return self.call("GET", path, parameters)

    def post(self, path: str, **parameters: object) -> Json:
        return self.call("POST", path, parameters)

    def call(
        self,
        method: str,
        path: str,
        parameters: Mapping[str, object],
        **replaced: Any,
    ) -> Json:
        answer = self.send(method, path, parameters, **replaced)
        assert answer.status_code == 200, answer.text
        result: Json = answer.json()
        return result

    def send(
        self,
        method: str,
        path: str,
        parameters: Mapping[str, object],
        timeout: float = 10,
        **replaced: object,
    ) -> requests.Response:
        given = self.signed(path, {**parameters, **replaced})
        is_form = method == "POST"
        return requests.request(
            method,
            self.settings["base_url"] + path,
            params=None if is_form else given,
            data=given if is_form else None,
            timeout=timeout,
        )

    def signed(self, path: str, parameters: Mapping[str, object]) -> dict[str, str]:
        given: dict[str, object] = {
            "app_key": self.settings["app_key"],
            "timestamp": int(time.time() * 1000),
            "sign_method": "sha256",
            "access_token": self.settings["access_token"],
            **parameters,
        }
        texts = {name: _text(value) for name, value in given.items() if value != ""}
        if "sign" not in texts:
            texts["sign"] = sign(str(self.settings["app_secret"]), base(path, texts))
        return texts

    def items(self, order: str) -> list[Json]:
        found: list[Json] = self.get("/order/items/get", order_id=order)["data"]
        return found

    def statuses(self, order: str) -> list[str]:
        return [item["status"] for item in self.items(order)]

    def scans(self, order: str) -> list[str]:
        module = self.get("/logistic/order/trace", order_id=order)["result"]["module"]
        return [
            scan["status_code"]
            for each in module
            for package in each["package_detail_info_list"]
            for scan in package["logistic_detail_info_list"]
        ]

    def reverse_orders(self, **filters: object) -> list[Json]:
        answer = self.get(
            "/reverse/getreverseordersforseller", page_no=1, page_size=50, **filters
        )
        found: list[Json] = answer["result"]["items"]
        return found

    def reverse_order(self, id: object) -> Json:
        path = "/order/reverse/return/detail/list"
        found: Json = self.get(path, reverse_order_id=id)["data"]
        return found

    def inventory(self, sku: str) -> Json:
        item_id = self.listings[sku]["item_id"]
        product = self.get("/product/item/get", item_id=item_id)["data"]
        row = next(each for each in product["skus"] if each["SellerSku"] == sku)
        found: Json = row["multiWarehouseInventories"][0]
        return found

    def books(self, sku: str) -> tuple[int, int, int, int]:
        """Sellable, total, withheld, occupied."""
        row = self.inventory(sku)
        return (
            row["sellableQuantity"],
            row["totalQuantity"],
            row["withholdQuantity"],
            row["occupyQuantity"],
        )

    def payload(self, **numbers: int) -> str:
        return self.payload_of("SellableQuantity", numbers)

    def payload_of(self, field: str, numbers: Mapping[str, int]) -> str:
        skus = "".join(
            f"<Sku><ItemId>{self.listings[sku]['item_id']}</ItemId>"
            f"<SkuId>{self.listings[sku]['variant_id']}</SkuId>"
            f"<{field}>{number}</{field}></Sku>"
            for sku, number in numbers.items()
        )
        return f"<Request><Product><Skus>{skus}</Skus></Product></Request>"

    def write_stock(self, timeout: float = 10, **numbers: int) -> Json:
        body = {"payload": self.payload(**numbers)}
        path = "/product/stock/sellable/update"
        answer = self.send("POST", path, body, timeout=timeout)
        result: Json = answer.json()
        return result

    def fault(self, path: str, kind: str, **more: Any) -> None:
        self.control.post(
            "faults",
            channel="lazada",
            match=f"/rest{path}",
            kind=kind,
            **{"times": 1} | more,
        )


def base(path: str, parameters: Mapping[str, str]) -> bytes:
    names = sorted(name for name in parameters if name != "sign")
    return (path + "".join(name + parameters[name] for name in names)).encode()


def sign(secret: str, message: bytes) -> str:
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest().upper()


def _text(value: object) -> str:
    return json.dumps(value) if isinstance(value, list | dict) else str(value)

"""A tiny client of the sandbox's Tiki with tokens of its own."""

from collections.abc import Iterable, Mapping
from typing import Any

import requests

from tests.sandbox.driver import Control, Json, lines


class Shop:
    """One seller: what the buyers do, and the API calls that the seller makes."""

    def __init__(self, control: Control, name: str, settings: Json) -> None:
        self.control = control
        self.name = name
        self.settings = settings
        self.listings: dict[str, Json] = {}
        self.ack_id: str | None = None
        self._app_token = ""

    def sell(self, quantities: Mapping[str, int]) -> None:
        items = [{"sku": sku, "quantity": n} for sku, n in quantities.items()]
        answer = self.control.post("tiki/items", shop=self.name, items=items)
        self.listings |= {each["sku"]: each for each in answer["listings"]}

    def order(self, *actions: str, sku: str = "A", count: int = 1) -> str:
        order = self.place({sku: count})
        self.do(order, *actions)
        return order

    def place(self, quantities: Mapping[str, int], **more: Any) -> str:
        return self.place_many(quantities, **more)[0]

    def place_many(self, quantities: Mapping[str, int], **more: Any) -> list[str]:
        answer = self.control.post(
            "tiki/orders", shop=self.name, lines=lines(quantities), **more
        )
        return [str(order) for order in answer["orders"]]

    def do(self, order: str, *actions: str, **quantities: int) -> Json:
        view: Json = {}
        for action in actions:
            more: Json = {"lines": lines(quantities)} if quantities else {}
            view = self.control.post(f"tiki/orders/{order}/do", action=action, **more)
        return view

    def refused(self, order: str, action: str, **quantities: int) -> str:
        more: Json = {"lines": lines(quantities)} if quantities else {}
        answer = self.control.post(
            f"tiki/orders/{order}/do", expect=409, action=action, **more
        )
        return str(answer["error"])

    def stock(self, sku: str = "A") -> int:
        return int(self.control.get("tiki/stock", shop=self.name)[sku])

    def sold(self, sku: str = "A") -> int:
        return int(self.control.get("tiki/sold", shop=self.name)[sku])

    def fault(self, match: str, kind: str, **more: Any) -> None:
        given: Json = {"times": 1} | more
        self.control.post(
            "faults", channel="tiki", match=f"/integration/{match}", kind=kind, **given
        )

    def send(
        self,
        method: str,
        path: str,
        body: object = None,
        token: str | None = None,
        timeout: float = 10,
        **query: Any,
    ) -> requests.Response:
        bearer = self.settings["access_token"] if token is None else token
        return requests.request(
            method,
            f"{self.settings['base_url']}/integration/{path}",
            params={name: str(value) for name, value in query.items()},
            json=body,
            headers={"Authorization": f"Bearer {bearer}"},
            timeout=timeout,
        )

    def get(self, path: str, **query: Any) -> Any:
        return _good(self.send("GET", path, **query))

    def post(self, path: str, **body: object) -> Any:
        return _good(self.send("POST", path, body))

    def error(
        self, method: str, path: str, body: object = None, **query: Any
    ) -> tuple[int, str]:
        answer = self.send(method, path, body, **query)
        assert list(answer.json()) == ["errors"]
        return answer.status_code, str(answer.json()["errors"][0])

    def detail(self, order: str) -> Json:
        found: Json = self.get(f"v2/orders/{order}", include="status_histories")
        return found

    def statuses(self, order: str) -> list[str]:
        return [each["status"] for each in self.detail(order)["status_histories"]]

    def items_of(self, order: str) -> list[Json]:
        found: list[Json] = self.detail(order)["items"]
        return found

    def item(self, order: str) -> Json:
        return self.items_of(order)[0]

    def codes(self, **query: Any) -> list[str]:
        return [order["code"] for order in self.get("v2/orders", **query)["data"]]

    def product_id(self, sku: str = "A") -> int:
        return int(self.listings[sku]["item_id"])

    def inventory(self, sku: str = "A") -> Json:
        path = f"v2.1/products/{self.product_id(sku)}"
        found: Json = self.get(path, include="inventory")["inventory"]
        return found

    def numbers(self, sku: str = "A") -> tuple[int, int, int]:
        """Available, reserved, sellable."""
        seen = self.inventory(sku)
        names = ("quantity_available", "quantity_reserved", "quantity_sellable")
        available, reserved, sellable = (int(seen[name]) for name in names)
        return available, reserved, sellable

    def stock_row(self, quantity: object, sku: str = "A") -> Json:
        warehouse = self.settings["warehouse_id"]
        return {
            "product_id": self.product_id(sku),
            "seller_warehouse": str(warehouse),
            "warehouse_quantities": [
                {"warehouse_id": warehouse, "qty_available": quantity}
            ],
        }

    def write_stock(
        self, quantity: object, sku: str = "A", timeout: float = 10
    ) -> requests.Response:
        row = self.stock_row(quantity, sku)
        return self.send("PUT", "v2.1/products/updateSku", row, timeout=timeout)

    def app_token(self) -> str:
        if not self._app_token:
            answer = self.token(grant_type="client_credentials")
            self._app_token = answer.json()["access_token"]
        return self._app_token

    def token(self, basic: bool = True, **form: str) -> requests.Response:
        client = self.settings["client_id"], self.settings["client_secret"]
        named = {} if basic else {"client_id": client[0], "client_secret": client[1]}
        return requests.post(
            f"{self.settings['base_url']}/sc/oauth2/token",
            data={**named, **form},
            auth=client if basic else None,
            timeout=5,
        )

    def pull(self, ack_id: str | None = None) -> Json:
        answer = self.send(
            "POST",
            f"v1/queues/{self.settings['queue_code']}/events/pull",
            {"ack_id": ack_id},
            token=self.app_token(),
        )
        taken: Json = _good(answer)
        return taken

    def told(self, type_: str = "ORDER_STATUS_UPDATED") -> list[Any]:
        """The payloads of one type that are new since the last time."""
        answer = self.pull(self.ack_id)
        self.ack_id = answer["ack_id"]
        return payloads(answer["events"], type_)


def payloads(events: Iterable[Json], type_: str) -> list[Any]:
    return [event["payload"] for event in events if event["type"] == type_]


def _good(answer: requests.Response) -> Any:
    assert answer.status_code == 200, answer.text
    return answer.json()

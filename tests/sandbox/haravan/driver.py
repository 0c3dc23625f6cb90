"""A tiny client of the sandbox's Haravan, written from the reference."""

import base64
import hashlib
import hmac
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from time import monotonic, sleep
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests

from tests.sandbox.driver import Control, Json, lines


class Store:
    """One shop: what its buyers and staff do, and calls of its API."""

    def __init__(self, control: Control, name: str, settings: Json) -> None:
        self.control = control
        self.name = name
        self.settings = settings
        self.listings: dict[str, Json] = {}

    def sell(self, **quantities: int) -> None:
        items = [{"sku": sku, "quantity": n} for sku, n in quantities.items()]
        answer = self.control.post("haravan/items", shop=self.name, items=items)
        self.listings |= {each["sku"]: each for each in answer["listings"]}

    def order(self, *actions: str, **quantities: int) -> str:
        order = self.place(quantities)
        self.do(order, *actions)
        return order

    def place(self, quantities: Mapping[str, int], **more: Any) -> str:
        return str(self.place_many(quantities, 1, **more)[0])

    def place_many(
        self, quantities: Mapping[str, int], count: int, **more: Any
    ) -> list[str]:
        answer = self.control.post(
            "haravan/orders",
            shop=self.name,
            lines=lines(quantities),
            count=count,
            **more,
        )
        placed: list[str] = answer["orders"]
        return placed

    def do(self, order: str, *actions: str, **quantities: int) -> Json:
        view: Json = {}
        for action in actions:
            more: Json = {"lines": lines(quantities)} if quantities else {}
            view = self.control.post(
                f"haravan/orders/{order}/do", action=action, **more
            )
        return view

    def refused(self, order: str, action: str, **quantities: int) -> str:
        more: Json = {"lines": lines(quantities)} if quantities else {}
        answer = self.control.post(
            f"haravan/orders/{order}/do", expect=409, action=action, **more
        )
        return str(answer["error"])

    def view(self, order: str) -> Json:
        seen: Json = self.control.get(f"haravan/orders/{order}")
        return seen

    def stock(self) -> dict[str, int]:
        seen: dict[str, int] = self.control.get("haravan/stock", shop=self.name)
        return seen

    def sold(self) -> dict[str, int]:
        seen: dict[str, int] = self.control.get("haravan/sold", shop=self.name)
        return seen

    def fault(self, path: str, kind: str, **more: Any) -> None:
        given: Json = {"times": 1} | more
        self.control.post("faults", channel="haravan", match=path, kind=kind, **given)

    def send(
        self,
        method: str,
        path: str,
        query: Mapping[str, object] | None = None,
        body: object = None,
        *,
        headers: Mapping[str, str] | None = None,
        timeout: float = 10,
    ) -> requests.Response:
        given = {"Authorization": f"Bearer {self.settings['access_token']}"}
        return requests.request(
            method,
            self.settings["base_url"] + path,
            params={name: str(value) for name, value in (query or {}).items()},
            json=body,
            headers={**given, **(headers or {})},
            timeout=timeout,
        )

    def get(self, path: str, **query: object) -> Json:
        answer = self.send("GET", f"/com/{path}.json", query)
        assert answer.status_code == 200, answer.text
        body: Json = answer.json()
        return body

    def post(self, path: str, expect: int = 200, **body: object) -> Json:
        answer = self.send("POST", f"/com/{path}.json", None, body)
        assert answer.status_code == expect, answer.text
        said: Json = answer.json()
        return said

    def orders(self, **query: object) -> list[Json]:
        found: list[Json] = self.get("orders", **({"status": "any"} | query))["orders"]
        return found

    def detail(self, order: str) -> Json:
        found: Json = self.get(f"orders/{order}")["order"]
        return found

    def fulfillment(self, order: str) -> Json:
        (found,) = self.detail(order)["fulfillments"]
        seen: Json = found
        return seen

    def line(self, order: str, sku: str) -> Json:
        rows: list[Json] = self.detail(order)["line_items"]
        return next(row for row in rows if row["sku"] == sku)

    def cancel(self, order: str, expect: int = 200, **body: Any) -> Json:
        return self.post(f"orders/{order}/cancel", expect, **body)

    def refund(self, order: str, expect: int = 201, **refund: Any) -> Json:
        return self.post(f"orders/{order}/refunds", expect, refund=refund)

    def refund_rows(self, order: str, **quantities: int) -> list[Json]:
        return [
            {"line_item_id": self.line(order, sku)["id"], "quantity": quantity}
            for sku, quantity in quantities.items()
        ]

    def stock_body(self, type_: str | None, **quantities: object) -> Json:
        inventory: Json = {
            "location_id": int(self.settings["location_id"]),
            "reason": "newproduct",
            "note": "count",
            "line_items": [
                {
                    "product_id": int(self.listings[sku]["item_id"]),
                    "product_variant_id": int(self.listings[sku]["variant_id"]),
                    "quantity": quantity,
                }
                for sku, quantity in quantities.items()
            ],
        }
        return {"inventory": inventory | ({"type": type_} if type_ else {})}

    def write_stock(
        self, timeout: float = 10, **quantities: object
    ) -> requests.Response:
        body = self.stock_body("set", **quantities)
        path = "/com/inventories/adjustorset.json"
        return self.send("POST", path, None, body, timeout=timeout)

    def level(self, sku: str) -> tuple[int, int, int]:
        rows = self.get(
            "inventory_locations",
            location_ids=self.settings["location_id"],
            variant_ids=self.listings[sku]["variant_id"],
        )["inventory_locations"]
        (row,) = rows
        return row["qty_onhand"], row["qty_commited"], row["qty_available"]

    def token(self, **form: str) -> requests.Response:
        client = {
            "client_id": self.settings["client_id"],
            "client_secret": self.settings["client_secret"],
        }
        return requests.post(
            f"{self.settings['auth_url']}/connect/token",
            data=client | form,
            timeout=5,
        )


def sign(secret: str, body: bytes) -> str:
    mac = hmac.new(secret.encode(), body, hashlib.sha256)
    return base64.b64encode(mac.digest()).decode()


@dataclass
class Receiver:
    """An address for webhooks that answers as it is told."""

    url: str = ""
    status: int = 200
    verify_token: str = "shop verifies"
    gives_back: bool = True
    asked: list[str] = field(default_factory=list)
    taken: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    def wait(
        self, count: int, seconds: float = 3
    ) -> list[tuple[dict[str, str], bytes]]:
        deadline = monotonic() + seconds
        while len(self.taken) < count and monotonic() < deadline:
            sleep(0.01)
        assert len(self.taken) >= count, self.topics
        return self.taken

    @property
    def topics(self) -> list[str]:
        return [headers["x-haravan-topic"] for headers, _ in self.taken]


@contextmanager
def receiving() -> Iterator[Receiver]:
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = dict(parse_qsl(urlsplit(self.path).query))
            receiver.asked.append(asked["hub.mode"])
            known = asked["hub.verify_token"] == receiver.verify_token
            right = asked["hub.challenge"] if receiver.gives_back and known else "no"
            self._answer(200, right.encode())

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            # Whoever sees it taken may tell us another answer, for the next one.
            status = receiver.status
            receiver.taken.append((headers, body))
            self._answer(status, b"")

        def _answer(self, status: int, content: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        receiver.url = f"http://127.0.0.1:{server.server_port}/hooks/haravan"
        thread = Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield receiver
        server.shutdown()
        thread.join()

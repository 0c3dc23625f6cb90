"""Calls about the shop itself: its card, its locations and its audit trail."""

from sandbox.channel import Json

from .events import event_json
from .formats import timestamp
from .store import Store
from .wire import Call, Reply, is_within, not_found

_SUBJECTS = ("Article", "Blog", "Collection", "Comment", "Order", "Page", "Product")


class ShopCalls:
    """``shop.json``, ``locations`` and ``events``."""

    def shop(self, call: Call) -> Reply:
        """The shop's card; its id is the org id."""
        store = call.store
        domain = f"https://shop-{store.org_id}.myharavan.com"
        return Reply(
            body={
                "shop": {
                    "address1": "12 Nguyễn Trãi",
                    "city": None,
                    "country": "VN",
                    "country_code": "VN",
                    "country_name": "Vietnam",
                    "created_at": timestamp(store.opened_at),
                    "customer_email": "shop@example.com",
                    "currency": "VND",
                    "domain": f"{domain}/",
                    "email": "shop@example.com",
                    "id": store.org_id,
                    "money_format": "₫",
                    "myharavan_domain": domain,
                    "name": store.shop.name,
                    "plan_name": None,
                    "province": "Hồ Chí Minh",
                    "province_code": "HC",
                    "shop_owner": store.shop.name,
                    "taxes_included": None,
                    "timezone": "(GMT+07:00) Hanoi",
                    "has_storefront": True,
                    "inventory_method": "default",
                }
            }
        )

    def locations(self, call: Call) -> Reply:
        """Where the shop keeps goods: its own place, and those on the road."""
        return Reply(body={"locations": _locations(call.store)})

    def location(self, call: Call, location_id: int) -> Reply:
        """One location."""
        for shown in _locations(call.store):
            if shown["id"] == location_id:
                return Reply(body={"location": shown})
        raise not_found()

    def events(self, call: Call) -> Reply:
        """The audit trail by page, oldest first."""
        wanted = [each.strip() for each in call.text("filter").split(",")]
        kinds = [each for each in wanted if each in _SUBJECTS]
        since, verb = call.whole("since_id", 0), call.text("verb")
        least, most = call.moment("created_at_min"), call.moment("created_at_max")
        found = [
            each
            for each in call.store.events
            if each.id > since
            and (not kinds or each.subject_type in kinds)
            and verb in ("", each.verb)
            and is_within(least, each.at, most)
        ]
        return Reply(body={"events": [event_json(each) for each in call.page(found)]})


def _locations(store: Store) -> list[Json]:
    return [
        _location(store, store.location_id, "Địa điểm mặc định", "default"),
        _location(store, store.transit_location_id, "Hàng đang về", "ontheroad"),
    ]


def _location(store: Store, location_id: int, name: str, kind: str) -> Json:
    own = location_id == store.location_id
    return {
        "id": location_id,
        "name": name,
        "location_type": None,
        "email": None,
        "address1": "12 Nguyễn Trãi",
        "address2": None,
        "zip": "700000",
        "city": None,
        "province": "Hồ Chí Minh",
        "country": "Vietnam",
        "phone": "0900000000",
        "country_code": "VN",
        "country_name": "Vietnam",
        "province_code": "HC",
        "district": "Quận 5",
        "district_code": "HC470",
        "ward": "Phường 2",
        "ward_code": "27304",
        "created_at": timestamp(store.opened_at),
        "updated_at": timestamp(store.opened_at),
        "is_primary": own,
        "is_unavailable_quantity": not own,
        "type": kind,
    }

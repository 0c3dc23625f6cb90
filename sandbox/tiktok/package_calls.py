"""Calls about packages and shipping them."""

from sandbox.channel import Json
from sandbox.orders import Parcel

from .channel import TikTok
from .errors import no_package, not_allowed
from .order_calls import between, find_order, orders_of
from .order_json import PROVIDER_ID, PROVIDER_NAME
from .orders import TikTokOrder
from .paging import Stamped, page
from .statuses import NOT_READY, PackageStatus
from .wire import Call, Fields, WireError, invalid

_HANDOVER_METHODS = ("", "PICKUP", "DROP_OFF")
_DOCUMENTS = (
    "SHIPPING_LABEL",
    "PACKING_SLIP",
    "SHIPPING_LABEL_AND_PACKING_SLIP",
    "SHIPPING_LABEL_PICTURE",
)
_SLOT_SECONDS = 4 * 3600

_Packed = tuple[TikTokOrder, Parcel]


class PackageCalls:
    """``fulfillment/*`` about packages."""

    def __init__(self, tiktok: TikTok) -> None:
        self._tiktok = tiktok

    def search(self, call: Call) -> Json:
        """Packages of orders that are ready to ship or further."""
        size = call.page_size(50, default=20)
        fields = call.fields()
        status = fields.choice("package_status", PackageStatus)
        created, updated = (
            between(fields, "create_time"),
            between(fields, "update_time"),
        )
        rows = [
            Stamped(
                row=(order, parcel),
                id=parcel.number,
                created_at=order.placed_at,
                updated_at=parcel.updated_at,
            )
            for order, parcel in _packages(call)
            if status in ("", parcel.status)
            and order.placed_at in created
            and parcel.updated_at in updated
        ]
        return page(call, rows, size, "packages", _row)

    def detail(self, call: Call) -> Json:
        """One package."""
        order, parcel = _find(call, call.path["package_id"])
        described = _common(order, parcel)
        described |= {
            "package_id": parcel.number,
            "package_status": parcel.status,
            "handover_method": "PICKUP",
            "has_multi_skus": len(parcel.units) > 1,
            "note_tag": "BUYER_UNNOTED",
            "shipping_type": "TIKTOK",
            "delivery_option_name": "Tiêu chuẩn",
            "split_and_combine_tag": "SPLIT" if len(order.parcels) > 1 else "",
        }
        return described

    def ship(self, call: Call) -> Json:
        """Arrange the shipment of one package: its order awaits collection."""
        self._ship(call, call.path["package_id"], call.fields())
        return {}

    def ship_batch(self, call: Call) -> Json:
        """Arrange many; each by itself, those that fail are named."""
        rows = call.fields().rows("packages")
        if not rows:
            raise invalid("The `packages` field is required.")
        errors: list[Json] = []
        for index, row in enumerate(rows):
            package_id = row.text("id")
            try:
                if call.fails_in_part and index == 0:
                    raise WireError(10007014, "package in freeze status")
                self._ship(call, package_id, row)
            except WireError as error:
                errors.append(
                    {
                        "code": error.code,
                        "message": error.message,
                        "detail": {"package_id": package_id},
                    }
                )
        return {"errors": errors} if errors else {}

    def time_slots(self, call: Call) -> Json:
        """When the carrier could come."""
        _find(call, call.path["package_id"])
        now = self._tiktok.world.clock.stamp()
        slot: Json = {
            "start_time": now + _SLOT_SECONDS,
            "end_time": now + 2 * _SLOT_SECONDS,
            "avaliable": True,
        }
        return {"can_pickup": True, "can_drop_off": True, "pickup_slots": [slot]}

    def documents(self, call: Call) -> Json:
        """The label of a package that was arranged."""
        if call.text("document_type") not in _DOCUMENTS:
            raise invalid("The `document_type` is not supported.")
        _, parcel = _find(call, call.path["package_id"])
        if not parcel.tracking_number:
            raise not_allowed("The package has no label before it is shipped.")
        return {
            "doc_url": f"https://documents.invalid/{parcel.number}.pdf",
            "tracking_number": parcel.tracking_number,
        }

    def mark_shipped(self, call: Call) -> Json:
        """Refused: the parcels of these shops travel with TikTok's carriers."""
        find_order(call, call.path["order_id"])
        raise not_allowed("The order is shipped by TikTok, not by the seller.")

    def mark_delivered(self, call: Call) -> Json:
        """Refused like ``mark_shipped``: only a seller's own carrier reports here."""
        raise not_allowed("The packages are shipped by TikTok, not by the seller.")

    def _ship(self, call: Call, package_id: str, fields: Fields) -> None:
        if fields.optional_text("handover_method") not in _HANDOVER_METHODS:
            raise invalid("The `handover_method` value is not supported.")
        order, parcel = _find(call, package_id)
        if parcel.status != PackageStatus.TO_FULFILL or order.cancel_asked:
            raise WireError(10007014, "package in freeze status")
        if not call.applies:
            return
        shop = call.shop_account.shop
        with self._tiktok.chronicle.entry(shop, order, "arrange"):
            self._tiktok.story.arrange_parcel(order, parcel)


def _packages(call: Call) -> list[_Packed]:
    return [
        (order, parcel)
        for order in orders_of(call.shop_account.shop)
        if order.status not in NOT_READY
        for parcel in order.parcels
    ]


def _find(call: Call, package_id: str) -> _Packed:
    for order, parcel in _packages(call):
        if parcel.number == package_id:
            return order, parcel
    raise no_package(package_id)


def _row(packed: _Packed) -> Json:
    order, parcel = packed
    return {
        **_common(order, parcel),
        "id": parcel.number,
        "status": parcel.status,
    }


def _common(order: TikTokOrder, parcel: Parcel) -> Json:
    listings = {item.sku: item.listing for item in order.in_parcel(parcel)}
    described: Json = {
        "create_time": order.placed_at,
        "update_time": parcel.updated_at,
        "order_line_item_ids": [item.id for item in order.in_parcel(parcel)],
        "orders": [
            {
                "id": order.id,
                "skus": [
                    {
                        "id": listings[sku].variant_id,
                        "name": listings[sku].name,
                        "quantity": quantity,
                    }
                    for sku, quantity in parcel.units.items()
                ],
            }
        ],
    }
    if parcel.tracking_number:
        described["tracking_number"] = parcel.tracking_number
        described["shipping_provider_id"] = PROVIDER_ID
        described["shipping_provider_name"] = PROVIDER_NAME
    return described

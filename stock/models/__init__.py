"""The tables of the stock room."""

from stock.models.base import Base
from stock.models.catalogue import (
    Drift,
    Listing,
    ListingComponent,
    ListingState,
    RefundMode,
    Shop,
    ShopState,
    ShopWarehouse,
    Sku,
    Warehouse,
)
from stock.models.ledger import LineLevel, Movement, StockLevel
from stock.models.orders import (
    ExpectedReturn,
    ExpectedReturnLine,
    Order,
    OrderEvent,
    OrderLine,
    Parcel,
    Refund,
    RefundDue,
    RefundDueState,
    ReturnState,
)
from stock.models.receipts import (
    Receipt,
    ReceiptLine,
    ReceiptReversal,
    Stocktake,
    StocktakeLine,
)
from stock.models.work import InboxMessage, SetAside, SetAsideReason

__all__ = [
    "Base",
    "Drift",
    "ExpectedReturn",
    "ExpectedReturnLine",
    "InboxMessage",
    "LineLevel",
    "Listing",
    "ListingComponent",
    "ListingState",
    "Movement",
    "Order",
    "OrderEvent",
    "OrderLine",
    "Parcel",
    "Receipt",
    "ReceiptLine",
    "ReceiptReversal",
    "Refund",
    "RefundDue",
    "RefundDueState",
    "RefundMode",
    "ReturnState",
    "SetAside",
    "SetAsideReason",
    "Shop",
    "ShopState",
    "ShopWarehouse",
    "Sku",
    "StockLevel",
    "Stocktake",
    "StocktakeLine",
    "Warehouse",
]

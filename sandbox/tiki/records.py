"""What Tiki keeps of an order beyond what every marketplace does."""

from dataclasses import dataclass, field

from sandbox.orders import Line, Order, Parcel

from .statuses import Confirmation, Model, WithdrawalStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusEntry:
    """One row of ``status_histories`` or of an item's confirmation history."""

    id: int
    status: str
    at: int


@dataclass(kw_only=True)
class Withdrawal:
    """Goods of a cancelled order that wait at Tiki for their way home."""

    id: int
    status: WithdrawalStatus = WithdrawalStatus.WAITING_FOR_PICKING


@dataclass(frozen=True, slots=True, kw_only=True)
class Requisition:
    """Goods that the seller brought into Tiki's warehouse."""

    id: int
    code: str
    at: int


@dataclass(kw_only=True, eq=False)
class OrderItem:
    """One line of an order with the seller's word about it."""

    id: int
    tiki_sku: str
    line: Line
    confirmation: Confirmation
    confirm_until: int
    confirmed_at: int = 0
    fulfilled_at: int = 0
    confirmations: list[StatusEntry] = field(default_factory=list)
    requisition: Requisition | None = None
    withdrawals: list[Withdrawal] = field(default_factory=list)

    @property
    def active(self) -> bool:
        """Whether the seller did not strike it off."""
        return self.confirmation is not Confirmation.SELLER_CANCELED


@dataclass(kw_only=True, eq=False)
class TikiOrder(Order):
    """An order of one operation model, which travels in one parcel."""

    number: int
    model: Model
    items: list[OrderItem]
    statuses: list[StatusEntry] = field(default_factory=list)
    reserved: dict[str, int] = field(default_factory=dict)
    canceled_at: int = 0
    cancel_code: str = ""
    pickup_until: int = 0
    held_in: str = ""
    carrier_reason: str = ""
    return_shipping_code: str = ""
    replaces: str = ""
    replaced_by: str = ""

    @property
    def parcel(self) -> Parcel:
        """The one parcel; Tiki makes several orders rather than several parcels."""
        return self.parcels[0]

    @property
    def carried_by_seller(self) -> bool:
        """Whether the seller's own people bring it."""
        return self.model is Model.SELLER_DELIVERY

    @property
    def at_tiki(self) -> bool:
        """Whether the seller has brought the goods into Tiki's warehouse."""
        return any(item.requisition for item in self.items)

    @property
    def waiting_items(self) -> list[OrderItem]:
        """The items that the seller has not spoken about."""
        return [i for i in self.items if i.confirmation is Confirmation.WAITING]

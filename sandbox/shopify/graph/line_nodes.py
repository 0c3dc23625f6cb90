"""Lines of an order."""

from sandbox.channel import Json
from sandbox.shopify.records import LineItem, Purchase

from .nodes import Node, money_bag
from .session import Session
from .stock_nodes import ProductNode, VariantNode


class LineItemNode(Node):
    """A line of an order."""

    graphql_type = "LineItem"

    is_gift_card = False
    non_fulfillable_quantity = 0
    requires_shipping = True
    taxable = False

    def __init__(self, session: Session, purchase: Purchase, item: LineItem) -> None:
        super().__init__(session, item.id)
        self._purchase = purchase
        self._item = item
        listing = item.line.listing
        self.sku = listing.sku
        self._variant = session.shopify.catalogue.variant(session.shop, listing.sku)
        self.title = self._variant.product.title
        self.name = listing.name
        self.variant_title = self._variant.title
        self.vendor = session.shop.name
        self.quantity = item.line.ordered
        self.custom_attributes: list[Json] = []
        self.current_quantity = self.refundable_quantity = purchase.refundable(item)
        self.unfulfilled_quantity = purchase.unfulfilled(item)
        self.fulfillable_quantity = self.unfulfilled_quantity
        self.restockable = self.current_quantity > 0
        self.original_unit_price_set = money_bag(listing.price)
        self.discounted_unit_price_set = self.original_unit_price_set
        self.original_total_set = money_bag(listing.price * item.line.ordered)

    def discounted_total_set(self, with_code_discounts: bool = False) -> Json:
        """There are no discounts."""
        return self.original_total_set

    @property
    def variant(self) -> VariantNode:
        """What was bought."""
        return VariantNode(self._session, self._variant)

    @property
    def product(self) -> ProductNode:
        """The product of what was bought."""
        return ProductNode(self._session, self._variant.product)

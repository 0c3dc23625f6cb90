"""The tests that every connector must pass; needs pytest.

Subclass ``ConnectorConformance`` in a test module, name the class ``Test…`` and give
the fixtures ``world`` and ``connector``.  ``connector/README.md`` shows it.
"""

import pytest

_GROUPS = (
    "message_rules",
    "order_rules",
    "paging_rules",
    "reading_rules",
    "refund_rules",
    "return_rules",
    "rules",
    "secret_rules",
    "stock_rules",
    "trouble_rules",
)
# Without this a broken rule would read as a bare AssertionError.
pytest.register_assert_rewrite(*(f"{__name__}.{group}" for group in _GROUPS))

from connector.conformance.live import LiveWorld  # noqa: E402
from connector.conformance.message_rules import MessageRules  # noqa: E402
from connector.conformance.order_rules import OrderRules  # noqa: E402
from connector.conformance.paging_rules import PagingRules  # noqa: E402
from connector.conformance.postbox import Postbox  # noqa: E402
from connector.conformance.reading_rules import ReadingRules  # noqa: E402
from connector.conformance.refund_rules import RefundRules  # noqa: E402
from connector.conformance.return_rules import ReturnRules  # noqa: E402
from connector.conformance.secret_rules import SecretRules  # noqa: E402
from connector.conformance.stock_rules import StockRules  # noqa: E402
from connector.conformance.trouble_rules import TroubleRules  # noqa: E402
from connector.conformance.world import (  # noqa: E402
    Basket,
    CannotHappen,
    Fault,
    UnpaidOrders,
    World,
)


class ConnectorConformance(
    ReadingRules,
    StockRules,
    OrderRules,
    ReturnRules,
    RefundRules,
    MessageRules,
    PagingRules,
    TroubleRules,
    SecretRules,
):
    """All rules; differences between channels are declared, never tested for."""


__all__ = [
    "Basket",
    "CannotHappen",
    "ConnectorConformance",
    "Fault",
    "LiveWorld",
    "Postbox",
    "UnpaidOrders",
    "World",
]

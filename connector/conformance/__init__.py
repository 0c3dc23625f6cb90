"""The tests that every connector must pass; needs pytest.

Subclass ``ConnectorConformance`` in a test module, name the class ``Test…`` and give
the fixtures ``world`` and ``connector``.  ``connector/README.md`` shows it.
"""

import pytest

_GROUPS = (
    "message_rules",
    "order_rules",
    "refund_rules",
    "return_rules",
    "rules",
    "stock_rules",
    "trouble_rules",
)
# Without this a broken rule would read as a bare AssertionError.
pytest.register_assert_rewrite(*(f"{__name__}.{group}" for group in _GROUPS))

from connector.conformance.message_rules import MessageRules  # noqa: E402
from connector.conformance.order_rules import OrderRules  # noqa: E402
from connector.conformance.postbox import Postbox  # noqa: E402
from connector.conformance.refund_rules import RefundRules  # noqa: E402
from connector.conformance.return_rules import ReturnRules  # noqa: E402
from connector.conformance.stock_rules import StockRules  # noqa: E402
from connector.conformance.trouble_rules import TroubleRules  # noqa: E402
from connector.conformance.world import (  # noqa: E402
    Basket,
    CannotHappen,
    Fault,
    World,
)


class ConnectorConformance(
    StockRules, OrderRules, ReturnRules, RefundRules, MessageRules, TroubleRules
):
    """All rules; differences between channels are declared, never tested for."""


__all__ = [
    "Basket",
    "CannotHappen",
    "ConnectorConformance",
    "Fault",
    "Postbox",
    "World",
]

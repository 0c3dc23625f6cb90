"""What all nodes share."""

from sandbox.channel import Json
from sandbox.shopify.formats import CURRENCY, gid, graph_money

from .session import Session

COUNTED = 10_000


class Node:
    """One object of the graph, as one request sees it."""

    graphql_type = ""

    def __init__(self, session: Session, number: int) -> None:
        self._session = session
        self._number = number

    @property
    def id(self) -> str:
        """The global id."""
        return gid(self.graphql_type, self._number)

    @property
    def legacy_resource_id(self) -> str:
        """The number alone, as text."""
        return str(self._number)


def money_bag(amount: int) -> Json:
    """An amount in the shop's currency, which is the buyer's too."""
    return {"shopMoney": money(amount), "presentmentMoney": money(amount)}


def money(amount: int) -> Json:
    """An amount with its currency."""
    return {"amount": graph_money(amount), "currencyCode": CURRENCY}


def count(number: int, limit: int | None = COUNTED) -> Json:
    """A count, exact up to its limit."""
    if limit is not None and number > limit:
        return {"count": limit, "precision": "AT_LEAST"}
    return {"count": number, "precision": "EXACT"}

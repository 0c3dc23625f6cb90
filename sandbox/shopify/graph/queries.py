"""What the parts of the query root share."""

from graphql import GraphQLError

from sandbox.shopify.formats import number_in_gid

from .session import Session


class Queries:
    """Fields that a query of one shop may begin with."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._shop = session.shop
        self._catalogue = session.shopify.catalogue


def number_of(id_: str, kind: str) -> int:
    """The number in an id of this kind; any other id is refused."""
    number = number_in_gid(id_, kind)
    if number is None:
        raise GraphQLError(
            f"Invalid id: {id_}", extensions={"code": "RESOURCE_NOT_FOUND"}
        )
    return number

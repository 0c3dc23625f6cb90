"""Set expressions and sort orders, as Tiki's query parameters write them."""

from collections.abc import Callable, Collection

from .wire import WireError


def set_expression(
    text: str, name: str, known: Collection[str]
) -> Callable[[str], bool]:
    """A test for ``in|a,b``, ``nin|a,b`` or one bare word; empty lets all through."""
    if not text:
        return lambda value: True
    operator, bar, listed = text.partition("|")
    if not bar:
        operator, listed = "in", text
    values = [value.strip() for value in listed.split(",") if value.strip()]
    if operator not in ("in", "nin") or not values:
        raise WireError(400, f"{name} is not a valid set expression")
    if unknown := [value for value in values if value not in known]:
        raise WireError(400, f"{name} has an unknown value: {unknown[0]}")
    wanted = operator == "in"
    return lambda value: (value in values) is wanted


def sort_order(text: str) -> tuple[str, bool]:
    """A column and whether it falls; the newest come first when nothing is asked."""
    column, _, direction = (text or "created_at|desc").partition("|")
    known = column in ("created_at", "updated_at")
    if not known or direction not in ("asc", "desc"):
        raise WireError(400, "order_by must be a column and a direction")
    return column, direction == "desc"

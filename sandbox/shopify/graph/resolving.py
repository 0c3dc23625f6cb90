"""How a field of the schema finds its value on one of our objects."""

import keyword
import re
from collections.abc import Mapping
from functools import cache

from graphql import GraphQLResolveInfo

from .session import Session


def resolve(
    source: object, info: GraphQLResolveInfo[Session], **arguments: object
) -> object:
    """Read a field: a key of a mapping, or an attribute in our spelling.

    A method is called with the arguments, in our spelling too.
    """
    if isinstance(source, Mapping):
        return source.get(info.field_name)
    value = getattr(source, spelled(info.field_name))
    if callable(value):
        return value(**{spelled(name): each for name, each in arguments.items()})
    return value


@cache
def spelled(name: str) -> str:
    """``displayStatus`` as ``display_status``; a keyword gets an underscore."""
    ours = re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower()
    return f"{ours}_" if keyword.iskeyword(ours) else ours

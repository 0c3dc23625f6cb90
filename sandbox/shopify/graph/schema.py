"""The schema that clients see, read from the files beside this one."""

import re
from functools import lru_cache
from pathlib import Path

from graphql import GraphQLSchema, GraphQLUnionType, build_schema
from graphql.type import GraphQLInterfaceType

_FOLDER = Path(__file__).with_name("schema")
_FILES = ("common", "shop", "inventory", "orders", "refunds", "returns")

OLDEST_VERSION = "2026-01"
"""Older versions are answered as this one."""

STRICT_SINCE = "2026-04"
"""Since then a stock write must name what it changes from, and an idempotency key."""


def served_version(asked: str) -> str:
    """The version that a request is answered in."""
    return "2026-10" if asked == "unstable" else max(asked, OLDEST_VERSION)


def is_strict(version: str) -> bool:
    """Whether compare-and-set and idempotency keys are required."""
    return version >= STRICT_SINCE


def schema_of(version: str) -> GraphQLSchema:
    """The schema of a version that is served."""
    return _built("inventory_2026_04" if is_strict(version) else "inventory_2026_01")


@lru_cache(maxsize=2)
def _built(stock_write: str) -> GraphQLSchema:
    texts = [
        (_FOLDER / f"{name}.graphql").read_text(encoding="utf-8")
        for name in (*_FILES, stock_write)
    ]
    text = "\n".join(["schema { query: QueryRoot mutation: Mutation }", *texts])
    schema = build_schema(text + _connections(text))
    for type_ in schema.type_map.values():
        if isinstance(type_, GraphQLInterfaceType | GraphQLUnionType):
            type_.resolve_type = _graphql_type
    return schema


def _connections(text: str) -> str:
    """The two types behind each connection; all connections look alike."""
    names = sorted(set(re.findall(r"\b(\w+)Connection!?", text)))
    return "\n".join(
        f"type {name}Connection {{ edges: [{name}Edge!]! nodes: [{name}!]! "
        f"pageInfo: PageInfo! }}\n"
        f"type {name}Edge {{ cursor: String! node: {name}! }}"
        for name in names
    )


def _graphql_type(value: object, *_: object) -> str:
    return str(getattr(value, "graphql_type"))  # noqa: B009

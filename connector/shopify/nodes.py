"""Looks records up by their ids, as many at a time as the cost of a query allows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from connector.errors import UnexpectedAnswer
from connector.parsing import JsonRecord
from connector.shopify.client import Client
from connector.shopify.fields import end_cursor, nodes
from connector.shopify.refusals import TooExpensive

_REST_SIZE = 100


class NodeReader:
    """Reads one kind of record with one document, which has ``nodes(ids: $ids)``."""

    def __init__(self, client: Client, document: str, batch: int) -> None:
        self._client = client
        self._document = document
        self._batch = batch

    def read(
        self, gids: Sequence[str], variables: Mapping[str, object] | None = None
    ) -> dict[str, JsonRecord]:
        """Return the records that Shopify knows, by their global ids."""
        found: dict[str, JsonRecord] = {}
        wanted = list(dict.fromkeys(gids))
        while wanted:
            batch = wanted[: self._batch]
            try:
                found.update(self._some(batch, variables or {}))
            except TooExpensive:
                if len(batch) == 1:
                    raise
                # A query's cost follows a formula that Shopify changes at times.
                self._batch = len(batch) // 2
                continue
            wanted = wanted[len(batch) :]
        return found

    def _some(
        self, gids: Sequence[str], variables: Mapping[str, object]
    ) -> dict[str, JsonRecord]:
        data = self._client.read(self._document, {**variables, "ids": gids})
        found = data.get("nodes")
        if not isinstance(found, list):
            raise UnexpectedAnswer("Shopify does not say which records it knows")
        known = [one for one in found if isinstance(one, dict)]
        return {str(entry["id"]): entry for entry in known if entry.get("id")}


def whole_connection(
    client: Client, owner: JsonRecord, kind: str, name: str, selection: str
) -> JsonRecord:
    """Return ``owner`` with all records of its connection ``name``.

    Nothing is asked for where the first page has them all.
    """
    document = f"""
query RestOf{kind}($id: ID!, $size: Int!, $after: String) {{
  node(id: $id) {{
    ... on {kind} {{
      {name}(first: $size, after: $after) {{
        nodes {{ {selection} }}
        pageInfo {{ hasNextPage endCursor }}
      }}
    }}
  }}
}}"""
    entries = nodes(owner.get(name), name)
    after = end_cursor(owner.get(name), name)
    while after:
        variables = {"id": owner.get("id"), "size": _REST_SIZE, "after": after}
        node = client.read(document, variables).get("node")
        page = node.get(name) if isinstance(node, dict) else None
        if not isinstance(page, dict):
            raise UnexpectedAnswer(f"{name} does not go on")
        entries += nodes(page, name)
        following = end_cursor(page, name)
        if following == after:
            raise UnexpectedAnswer(f"{name} does not go on")
        after = following
    return {**owner, name: {"nodes": entries}}

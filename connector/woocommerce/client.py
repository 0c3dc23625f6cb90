"""Calls a site's WooCommerce: credentials, paging, refusals turned into errors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from connector.base import Clock, SettingsStore
from connector.errors import UnexpectedAnswer
from connector.parsing import JsonRecord, Malformed, quantity, records
from connector.redaction import redacted
from connector.transport import Answer, Transport
from connector.woocommerce.account import Account, read_account
from connector.woocommerce.refusals import error_for
from connector.woocommerce.signing import Method, credentials

LARGEST_PAGE = 100
_MOST_PAGES = 100

Query = Mapping[str, str | int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One page of a list; ``total`` counts all pages where the site tells it."""

    records: list[JsonRecord]
    total: int
    more: bool


class Client:
    """Speaks for one shop."""

    def __init__(
        self, settings: SettingsStore, transport: Transport, clock: Clock
    ) -> None:
        self.settings = settings
        self.transport = transport
        self.clock = clock

    def account(self) -> Account:
        """Return the shop's settings as stored now."""
        return read_account(self.settings.read())

    def read(self, path: str, query: Query | None = None) -> Answer:
        """Ask for something, whatever form it has."""
        return self._send("GET", path, query or {}, shape=None)

    def page(self, path: str, query: Query, number: int) -> Listed:
        """Return one page of a list.

        The next one is asked for by its number: the links that the site offers repeat
        the signature of this call.
        """
        asked = {"per_page": LARGEST_PAGE, **query, "page": number}
        answer = self._send("GET", path, asked, shape=list)
        try:
            found = records(answer.body, path)
        except Malformed as problem:
            raise UnexpectedAnswer(problem.detail) from None
        pages = _count(answer.headers, "X-WP-TotalPages")
        full = len(found) >= int(asked["per_page"])
        return Listed(
            records=found,
            total=_count(answer.headers, "X-WP-Total") or 0,
            more=full if pages is None else number < pages,
        )

    def every(self, path: str, query: Query | None = None) -> Iterator[JsonRecord]:
        """Go through a short list to its end."""
        for number in range(1, _MOST_PAGES + 1):
            listed = self.page(path, query or {}, number)
            yield from listed.records
            if not listed.more or not listed.records:
                return
        raise UnexpectedAnswer(f"{path} has no end")

    def write(self, path: str, body: JsonRecord) -> JsonRecord:
        """Change something and return what the site answers."""
        answer = self._send("POST", path, {}, json=body, shape=dict)
        found: JsonRecord = answer.body
        return found

    def _send(
        self,
        method: Method,
        path: str,
        query: Query,
        *,
        json: object = None,
        shape: type[dict[str, Any]] | type[list[Any]] | None,
    ) -> Answer:
        account = self.account()
        url = account.address(path)
        pairs = [(name, str(value)) for name, value in query.items()]
        whole, headers = credentials(account, method, url, pairs, self.clock())
        changes_state = method != "GET"
        answer = self.transport.request(
            method,
            url,
            changes_state=changes_state,
            query=whole,
            headers=headers,
            json=json,
            shape=shape,
        )
        if answer.status < 300:
            return answer
        body = _redacted(answer.body, account)
        raise error_for(answer.status, body, path, changes_state=changes_state)


def _count(headers: Mapping[str, str], name: str) -> int | None:
    """Return the number in a header, which a proxy may have taken away."""
    try:
        return quantity(headers[name].strip(), name)
    except (KeyError, Malformed):
        return None


def _redacted(body: object, account: Account) -> object:
    """Return an error's body without our keys, should the site repeat them."""
    if not isinstance(body, dict):
        return body
    secrets = (account.consumer_key, account.consumer_secret, account.webhook_secret)
    said = ((name, body.get(name)) for name in ("code", "message"))
    clean = {
        name: redacted(text, secrets) for name, text in said if isinstance(text, str)
    }
    return {**body, **clean}

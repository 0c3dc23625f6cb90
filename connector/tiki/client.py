"""Calls Tiki: as the seller or as the app, and turns refusals into errors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from connector.base import Clock, Settings, SettingsStore
from connector.errors import UnexpectedAnswer
from connector.parsing import JsonRecord
from connector.redaction import redacted
from connector.tiki.account import (
    SELLER,
    Account,
    TokenNames,
    read_account,
    read_token,
    secrets_in,
)
from connector.tiki.refusals import TokenExpired, complaint, error_for
from connector.tiki.tokens import Tokens
from connector.transport import Answer, Transport

API = "/integration"

Query = Mapping[str, str | int]
Shape = type[dict[str, Any]] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Call:
    method: str
    path: str
    changes_state: bool
    query: Query = field(default_factory=dict)
    body: JsonRecord | None = None
    shape: Shape = dict


class Client:
    """Speaks for one shop; a call repeats itself once with a renewed token."""

    def __init__(
        self, settings: SettingsStore, transport: Transport, clock: Clock
    ) -> None:
        self.settings = settings
        self.transport = transport
        self.clock = clock
        self.tokens = Tokens(settings, transport, clock)

    def account(self) -> Account:
        """Return the shop's settings as stored now."""
        return read_account(self.settings.read())

    def read(self, path: str, query: Query | None = None) -> JsonRecord:
        """Ask for a record."""
        call = _Call(method="GET", path=path, changes_state=False, query=query or {})
        found: JsonRecord = self._answered(call, SELLER)
        return found

    def read_any(self, path: str, query: Query | None = None) -> Any:
        """Ask for something that may be a record or a list."""
        call = _Call(
            method="GET",
            path=path,
            changes_state=False,
            query=query or {},
            shape=None,
        )
        return self._answered(call, SELLER)

    def write(self, path: str, body: JsonRecord) -> JsonRecord:
        """Change something and return what Tiki answers."""
        call = _Call(method="PUT", path=path, changes_state=True, body=body)
        found: JsonRecord = self._answered(call, SELLER)
        return found

    def pull(self, path: str, body: JsonRecord) -> JsonRecord:
        """Ask a queue, as its owner; nothing is lost when the answer is."""
        call = _Call(method="POST", path=path, changes_state=False, body=body)
        found: JsonRecord = self._answered(call, self.account().queue_owner)
        return found

    def read_as(self, settings: Settings, path: str) -> JsonRecord:
        """Ask for a record with a token that is not stored yet."""
        call = _Call(method="GET", path=path, changes_state=False)
        found: JsonRecord = self._send(call, settings, SELLER)
        return found

    def _answered(self, call: _Call, names: TokenNames) -> Any:
        stored = self.tokens.usable(names)
        try:
            return self._send(call, stored, names)
        except TokenExpired:
            fresh = self.tokens.after_refusal(names, stored)
        return self._send(call, fresh, names)

    def _send(self, call: _Call, settings: Settings, names: TokenNames) -> Any:
        token = read_token(settings, names)
        answer = self.transport.request(
            call.method,
            f"{read_account(settings).base_url}{API}{call.path}",
            changes_state=call.changes_state,
            query={name: str(value) for name, value in call.query.items()},
            headers={"Authorization": f"Bearer {token.value}"},
            json=call.body,
            shape=call.shape,
        )
        return _opened(answer, settings)


def _opened(answer: Answer, settings: Settings) -> Any:
    """Return the body of a success, else raise its error."""
    said = redacted(complaint(answer.body), secrets_in(settings))
    if answer.status >= 400 or said:
        raise error_for(answer.status, said or "no reason given")
    return answer.body


def data_of(body: Any, name: str) -> list[JsonRecord]:
    """Return the records of a list, which stand alone or under ``data``."""
    found = body.get("data") if isinstance(body, dict) else body
    if not isinstance(found, list):
        raise UnexpectedAnswer(f"{name} answered without a list")
    return [entry for entry in found if isinstance(entry, dict)]

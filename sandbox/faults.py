"""Faults that are waiting to strike the next matching requests."""

from dataclasses import dataclass
from enum import StrEnum
from threading import Lock


class FaultKind(StrEnum):
    """How a request goes wrong."""

    STATUS_429 = "status_429"
    STATUS_500 = "status_500"
    TIMEOUT = "timeout"
    DRIP = "drip"
    RESET = "reset"
    HTML = "html"
    TRUNCATED = "truncated"
    WRONG_JSON = "wrong_json"
    LOST_ANSWER = "lost_answer"
    LATE = "late"
    ACCEPTED_NOT_APPLIED = "accepted_not_applied"
    PARTIAL_FAILURE = "partial_failure"
    TOKEN_EXPIRED = "token_expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault for paths of one channel that begin with ``match``."""

    id: int
    channel: str
    match: str
    kind: FaultKind
    seconds: float | None

    def strikes(self, channel: str, path: str) -> bool:
        """Whether a request to this path is one that it waits for."""
        return channel == self.channel and path.startswith(self.match)


class Faults:
    """The faults that were ordered, oldest first, each with its uses left."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._ordered = 0
        self._waiting: dict[Fault, int] = {}

    def add(
        self,
        *,
        channel: str,
        match: str,
        kind: FaultKind,
        times: int,
        seconds: float | None,
    ) -> Fault:
        """Let the next ``times`` matching requests go wrong."""
        with self._lock:
            self._ordered += 1
            fault = Fault(
                id=self._ordered,
                channel=channel,
                match=match,
                kind=kind,
                seconds=seconds,
            )
            self._waiting[fault] = times
            return fault

    def clear(self) -> int:
        """Forget every fault; answers how many were still waiting."""
        with self._lock:
            waiting = len(self._waiting)
            self._waiting.clear()
            return waiting

    def take(self, channel: str, path: str) -> Fault | None:
        """Use up one fault for this request, if one is waiting for it."""
        with self._lock:
            for fault in self._waiting:
                if fault.strikes(channel, path):
                    self._use(fault)
                    return fault
        return None

    def _use(self, fault: Fault) -> None:
        self._waiting[fault] -= 1
        if not self._waiting[fault]:
            del self._waiting[fault]

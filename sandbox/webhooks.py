"""The courier that carries webhooks to the shops' addresses."""

import heapq
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random
from threading import Condition, Thread

import requests

from .clock import Clock

_MOST_WAITING = 10_000
_LONGEST_NAP = 0.2
_LONGEST_REST_SECONDS = 2.0
_DEFAULT_SHUFFLE_SECONDS = 1.0
_DEFAULT_DELAY_SECONDS = 60.0


class WebhookMode(StrEnum):
    """How webhooks misbehave."""

    NORMAL = "normal"
    OFF = "off"
    DUPLICATE = "duplicate"
    SHUFFLE = "shuffle"
    DELAY = "delay"


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One webhook, signed and ready; ``lost`` is told when nobody ever took it."""

    url: str
    body: bytes
    headers: Mapping[str, str]
    retry_after: tuple[float, ...]
    needs_empty_answer: bool
    answer_within: float
    lost: Callable[[], None]


@dataclass(order=True)
class _Posted:
    due: float
    number: int
    tried: int = field(compare=False)
    letter: Letter = field(compare=False)


class Courier:
    """Delivers letters one after another in one background thread.

    Retries wait on the clock that can be advanced.  At most ten thousand letters wait;
    what comes beyond is lost at once, as it would be to a receiver that is down.
    """

    def __init__(self, clock: Clock, seed: int | None = None) -> None:
        self._clock = clock
        self._random = Random(seed)
        self._mode = WebhookMode.NORMAL
        self._seconds: float | None = None
        self._posted = 0
        self._waiting: list[_Posted] = []
        self._changed = Condition()
        self._stopped = False
        self._is_out = False
        self._thread = Thread(target=self._work, name="sandbox-courier", daemon=True)

    def start(self) -> None:
        """Begin delivering."""
        self._thread.start()

    def stop(self) -> None:
        """Stop delivering; what still waits is dropped."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        if self._thread.is_alive():
            self._thread.join(timeout=5)

    def misbehave(self, mode: WebhookMode, seconds: float | None) -> None:
        """Change how letters that are posted from now on are carried."""
        with self._changed:
            self._mode = mode
            self._seconds = seconds

    def post(self, letter: Letter) -> None:
        """Take a letter on its way; never blocks."""
        with self._changed:
            copies = 2 if self._mode is WebhookMode.DUPLICATE else 1
            if self._mode is WebhookMode.OFF:
                copies = 0
            room = [
                self._enqueue(letter, self._delay(), tried=0) for _ in range(copies)
            ]
        # Told after the lock is let go: whoever is told may take a lock of its own.
        if not all(room):
            letter.lost()

    def copies(self) -> list[float]:
        """How long each copy of a message posted now would be held back.

        For marketplaces that keep messages until they are fetched.
        """
        with self._changed:
            if self._mode is WebhookMode.OFF:
                return []
            count = 2 if self._mode is WebhookMode.DUPLICATE else 1
            return [self._delay() for _ in range(count)]

    def rest(self, seconds: float = _LONGEST_REST_SECONDS) -> None:
        """Wait until nothing that is due is still on its way, but not for ever."""

        def is_idle() -> bool:
            due = self._waiting and self._waiting[0].due <= self._clock.now()
            return self._stopped or not (self._is_out or due)

        with self._changed:
            self._changed.wait_for(is_idle, timeout=seconds)

    def look(self) -> None:
        """Look at the clock again, which may have been advanced."""
        with self._changed:
            self._changed.notify_all()

    def _delay(self) -> float:
        if self._mode is WebhookMode.DELAY:
            return _DEFAULT_DELAY_SECONDS if self._seconds is None else self._seconds
        if self._mode is WebhookMode.SHUFFLE:
            span = _DEFAULT_SHUFFLE_SECONDS if self._seconds is None else self._seconds
            return self._random.uniform(0, span)
        return 0.0

    def _enqueue(self, letter: Letter, delay: float, *, tried: int) -> bool:
        if len(self._waiting) >= _MOST_WAITING:
            return False
        self._posted += 1
        due = self._clock.now() + delay
        heapq.heappush(
            self._waiting,
            _Posted(due=due, number=self._posted, tried=tried, letter=letter),
        )
        self._changed.notify_all()
        return True

    def _work(self) -> None:
        while (posted := self._next()) is not None:
            if not _acknowledged(posted.letter):
                self._try_again_or_lose(posted)
            with self._changed:
                self._is_out = False
                self._changed.notify_all()

    def _next(self) -> _Posted | None:
        with self._changed:
            while not self._stopped:
                if self._waiting and self._waiting[0].due <= self._clock.now():
                    self._is_out = True
                    return heapq.heappop(self._waiting)
                self._changed.wait(_LONGEST_NAP)
            return None

    def _try_again_or_lose(self, posted: _Posted) -> None:
        letter = posted.letter
        if posted.tried >= len(letter.retry_after):
            letter.lost()
            return
        with self._changed:
            delay = letter.retry_after[posted.tried]
            has_room = self._enqueue(letter, delay, tried=posted.tried + 1)
        if not has_room:
            letter.lost()


def _acknowledged(letter: Letter) -> bool:
    try:
        # A connection of its own for each letter: a kept one may have gone stale, and
        # that would look like a receiver that is down.
        with requests.Session() as session:
            session.trust_env = False
            answer = session.post(
                letter.url,
                data=letter.body,
                headers=dict(letter.headers),
                timeout=letter.answer_within,
                allow_redirects=False,
            )
    except requests.RequestException:
        return False
    if not 200 <= answer.status_code < 300:
        return False
    return not (letter.needs_empty_answer and answer.content)

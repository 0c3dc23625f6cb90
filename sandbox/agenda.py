"""Things that will happen later, judged by the clock that can be advanced."""

import heapq
from collections.abc import Callable
from contextlib import AbstractContextManager
from threading import Condition, Thread

from .clock import Clock

_LONGEST_NAP = 0.2


class Agenda:
    """Runs each task once its time has come, in order, under the world's lock."""

    def __init__(self, clock: Clock, lock: AbstractContextManager[object]) -> None:
        self._clock = clock
        self._lock = lock
        self._tasks: list[tuple[float, int, Callable[[], None]]] = []
        self._added = 0
        self._changed = Condition()
        self._stopped = False
        self._thread = Thread(target=self._watch, name="sandbox-agenda", daemon=True)

    def start(self) -> None:
        """Begin watching the clock in the background."""
        self._thread.start()

    def stop(self) -> None:
        """Stop watching; tasks that were not due are dropped."""
        with self._changed:
            self._stopped = True
            self._changed.notify()
        if self._thread.is_alive():
            self._thread.join(timeout=5)

    def add(self, delay: float, task: Callable[[], None]) -> None:
        """Run ``task`` in ``delay`` seconds."""
        with self._changed:
            self._added += 1
            due = self._clock.now() + delay
            heapq.heappush(self._tasks, (due, self._added, task))
            self._changed.notify()

    def run_due(self) -> None:
        """Run everything whose time has come, before returning."""
        with self._lock:
            while (task := self._take_due()) is not None:
                task()

    def _take_due(self) -> Callable[[], None] | None:
        with self._changed:
            if not self._tasks or self._tasks[0][0] > self._clock.now():
                return None
            return heapq.heappop(self._tasks)[2]

    def _watch(self) -> None:
        while True:
            self.run_due()
            with self._changed:
                if self._stopped:
                    return
                self._changed.wait(_LONGEST_NAP)

"""Eight writers, each a process of its own, on one hot row."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from multiprocessing.connection import Connection
from types import TracebackType

from bench import floor_postgresql, ours
from stock.session import Database

WRITERS = 8
HOT_SKU = 1

_Write = Callable[[list[str]], None]
_processes = multiprocessing.get_context("spawn")


class Crew:
    """Writers that wait for keys, write them all at once, and say when done."""

    def __init__(self, kind: str, url: str) -> None:
        self._pipes: list[Connection] = []
        self._writers = []
        for _ in range(WRITERS):
            here, there = _processes.Pipe()
            writer = _processes.Process(target=_serve, args=(kind, url, there))
            writer.start()
            self._writers.append(writer)
            self._pipes.append(here)
        for pipe in self._pipes:
            pipe.recv()

    def write(self, name: str, each: int) -> None:
        """Let every writer write this many units; raises when one could not."""
        for number, pipe in enumerate(self._pipes):
            pipe.send([f"{name}:{number}:{n}" for n in range(each)])
        for pipe in self._pipes:
            if pipe.recv() != "done":
                raise RuntimeError("a writer failed")

    def __enter__(self) -> Crew:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for pipe in self._pipes:
            pipe.send(None)
        for writer in self._writers:
            writer.join()


def _serve(kind: str, url: str, pipe: Connection) -> None:
    write = _ours(url) if kind == "ours" else _floor(url)
    write([])
    pipe.send("ready")
    while (keys := pipe.recv()) is not None:
        write(keys)
        pipe.send("done")


def _ours(url: str) -> _Write:
    database = Database(url)
    return lambda keys: ours.post_to_hot_sku(database, HOT_SKU, keys)


def _floor(url: str) -> _Write:
    connection = floor_postgresql.connect(url)
    return lambda keys: floor_postgresql.write_singles(
        connection, [(key, HOT_SKU) for key in keys]
    )

"""What commands share: the office, tables, JSON, progress."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from typing import Any

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    Task,
    TaskID,
    TextColumn,
)
from rich.table import Table
from rich.text import Text

from daemon.log import configure_logs
from daemon.office import Office, open_office
from daemon.refusals import Refused
from daemon.settings import read_settings
from stock.schema import is_current

as_json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON document."
)


@contextmanager
def office(*, current: bool = True) -> Iterator[Office]:
    """Open the office for one command; ``current`` demands an initialised database."""
    configure_logs("WARNING")
    opened = open_office(read_settings())
    try:
        if current and not is_current(opened.database):
            raise Refused(
                "the database is not set up for this version:"
                " run `./truestock init` first"
            )
        yield opened
    finally:
        opened.database.close()


def say(sentence: str) -> None:
    """Print a sentence for a person."""
    click.echo(sentence)


def print_json(document: Any) -> None:
    """Print one JSON document."""
    click.echo(json.dumps(document, default=_plain, ensure_ascii=False, indent=2))


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table; numbers to the right."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    rows = [list(row) for row in rows]
    for position, column in enumerate(columns):
        numeric = bool(rows) and all(
            isinstance(row[position], int | Decimal) for row in rows
        )
        table.add_column(
            column, justify="right" if numeric else "left", overflow="fold"
        )
    for row in rows:
        table.add_row(*("" if cell is None else str(cell) for cell in row))
    console().print(table)


def console() -> Console:
    """Return where people read; as wide as it likes when it is not a terminal."""
    width = None if sys.stdout.isatty() else 200
    return Console(highlight=False, markup=False, width=width)


class Bars:
    """Shows how far long work has come; call it with so many more pieces of what.

    A bar where it is known or guessed how many there will be, else the count.
    """

    def __init__(self, shown: Progress, totals: Mapping[str, int]) -> None:
        self._shown = shown
        self._totals = totals
        self._tasks: dict[str, TaskID] = {}

    def __call__(self, what: str, advance: int) -> None:
        self._shown.advance(self._task(what), advance)

    def expect(self, what: str, total: int, *, done: int) -> None:
        """Say how many there will be, and how many of them are done by now."""
        self._shown.update(self._task(what), total=total, completed=done)

    def _task(self, what: str) -> TaskID:
        if what not in self._tasks:
            total = self._totals.get(what) or None
            self._tasks[what] = self._shown.add_task(what, total=total)
        return self._tasks[what]


class _BarOrNothing(BarColumn):
    """A bar that shows nothing while nobody knows the total."""

    def render(self, task: Task) -> Any:
        return Text("") if _is_open(task) else super().render(task)


class _Count(MofNCompleteColumn):
    """How many of how many; alone where the total is unknown or was too low."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.completed:.0f}") if _is_open(task) else super().render(task)


def _is_open(task: Task) -> bool:
    return task.total is None or task.completed > task.total


@contextmanager
def progress_bar(**totals: int) -> Iterator[Bars]:
    """Show how far long work has come; silent when nobody watches.

    ``totals`` say, as far as it is known, how many pieces of what there will be.
    """
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        _BarOrNothing(),
        _Count(),
    )
    with Progress(
        *columns,
        console=Console(stderr=True),
        disable=not sys.stderr.isatty(),
        transient=True,
    ) as shown:
        yield Bars(shown, totals)


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(type(value).__name__)

"""What commands share: the office, tables, JSON, progress."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from typing import Any

import click
from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, SpinnerColumn, TextColumn
from rich.table import Table

from daemon.log import configure_logs
from daemon.office import Office, open_office
from daemon.refusals import Refused
from daemon.settings import read_settings
from daemon.shift import Progress as Tell
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


@contextmanager
def progress_bar() -> Iterator[Tell]:
    """Show how far long work has come; silent when nobody watches."""
    watched = sys.stderr.isatty()
    columns = (SpinnerColumn(), TextColumn("{task.description}"), MofNCompleteColumn())
    with Progress(
        *columns, console=Console(stderr=True), disable=not watched, transient=True
    ) as bar:
        tasks: dict[str, Any] = {}

        def tell(what: str, advance: int) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(what, total=None)
            bar.advance(tasks[what], advance)

        yield tell


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(type(value).__name__)

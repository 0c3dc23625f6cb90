"""Every command of ``./truestock``, each in the file of what it is about."""

from __future__ import annotations

import sys

import click
from sqlalchemy.exc import OperationalError

from connector.errors import ConnectorError
from daemon.commands import (
    database,
    hooks,
    keys,
    listings,
    orders,
    people,
    processes,
    returns,
    shops,
    stock,
    token,
    warehouses,
)
from daemon.commands.terminal import Refused
from daemon.commands.ways_out import way_out
from daemon.embedded_redis import RedisDidNotStart
from daemon.settings import SettingError
from daemon.worker import WorkerRefused
from stock.errors import StockError


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def truestock() -> None:
    """Keep one stock count true when buyers cancel and return."""


for group in (
    database,
    shops,
    warehouses,
    listings,
    stock,
    orders,
    returns,
    processes,
    token,
    people,
    hooks,
    keys,
):
    for command in group.COMMANDS:
        truestock.add_command(command)


def main() -> None:
    """Run a command; 0 done, 1 refused with one sentence, 2 wrong usage."""
    try:
        truestock.main(prog_name="truestock", standalone_mode=False)
    except click.UsageError as error:
        error.show()
        sys.exit(2)
    except click.Abort:
        sys.exit(130)
    except (
        Refused,
        StockError,
        ConnectorError,
        SettingError,
        RedisDidNotStart,
        WorkerRefused,
    ) as error:
        hint = way_out(error)
        _refuse(f"{error}: {hint}" if hint else str(error))
    except OperationalError as error:
        _refuse(f"the database does not answer: {str(error.orig).splitlines()[0]}")


def _refuse(sentence: str) -> None:
    click.echo(f"truestock: {sentence}", err=True)
    sys.exit(1)

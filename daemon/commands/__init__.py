"""Every command of ``./truestock``, each in the file of what it is about."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType

import click
from sqlalchemy.exc import OperationalError

from connector.errors import ConnectorError
from daemon.commands.ways_out import way_out
from daemon.refusals import Refused
from stock.errors import StockError

FILES: Mapping[str, str] = MappingProxyType(
    {
        "check": "database",
        "hook": "hooks",
        "init": "database",
        "key": "keys",
        "listings": "listings",
        "order": "orders",
        "person": "people",
        "reconcile": "shops",
        "return": "returns",
        "run": "processes",
        "shop": "shops",
        "stock": "stock",
        "sync": "shops",
        "ticker": "processes",
        "token": "token",
        "warehouse": "warehouses",
        "worker": "processes",
    }
)
"""In which file of this folder each command is."""


class _OnDemand(click.Group):
    """Imports the file of the command that is asked for, and not all the others."""

    def list_commands(self, _context: click.Context) -> list[str]:
        return list(FILES)

    def get_command(self, _context: click.Context, name: str) -> click.Command | None:
        if name not in FILES:
            return None
        file = import_module(f"{__name__}.{FILES[name]}")
        commands: tuple[click.Command, ...] = file.COMMANDS
        return next(command for command in commands if command.name == name)


@click.group(cls=_OnDemand, context_settings={"help_option_names": ["-h", "--help"]})
def truestock() -> None:
    """Keep one stock count true when buyers cancel and return."""


def main() -> None:
    """Run a command; 0 done, 1 refused with one sentence, 2 wrong usage."""
    try:
        truestock.main(prog_name="truestock", standalone_mode=False)
    except click.UsageError as error:
        error.show()
        sys.exit(2)
    except click.Abort:
        sys.exit(130)
    except (Refused, StockError, ConnectorError) as error:
        hint = way_out(error)
        _refuse(f"{error}: {hint}" if hint else str(error))
    except OperationalError as error:
        _refuse(f"the database does not answer: {str(error.orig).splitlines()[0]}")


def _refuse(sentence: str) -> None:
    click.echo(f"truestock: {sentence}", err=True)
    sys.exit(1)

"""``token``."""

from __future__ import annotations

import subprocess
import sys

import click


@click.command()
@click.option("--user", required=True, help="Who will use the form.")
@click.option("--role", required=True, help="viewer, clerk, supervisor or admin.")
@click.option(
    "--shop", multiple=True, metavar="NAME", help="Bind to it; may be repeated."
)
@click.option(
    "--warehouse", multiple=True, metavar="CODE", help="Bind to it; may be repeated."
)
@click.option(
    "--document", metavar="NUMBER", help="An order, parcel or return to open at."
)
def token(
    user: str,
    role: str,
    shop: tuple[str, ...],
    warehouse: tuple[str, ...],
    document: str | None,
) -> None:
    """Print a link to the form, for trying the embedding; it opens once, soon."""
    # The web room signs its own links, and this room does not know it.
    command = [sys.executable, "-m", "web", "token", f"--user={user}", f"--role={role}"]
    command += [f"--shop={name}" for name in shop]
    command += [f"--warehouse={code}" for code in warehouse]
    command += [f"--document={document}"] if document else []
    sys.exit(subprocess.run(command, check=False).returncode)


COMMANDS = (token,)

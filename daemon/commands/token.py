"""``token``."""

from __future__ import annotations

import subprocess
import sys

import click


@click.command()
@click.option("--user", required=True, help="Who will use the form.")
@click.option("--role", required=True, help="viewer, clerk, supervisor or admin.")
def token(user: str, role: str) -> None:
    """Print a link to the form, for trying the embedding; it lives a few minutes."""
    # The web room signs its own links, and this room does not know it.
    command = [sys.executable, "-m", "web", "token", "--user", user, "--role", role]
    sys.exit(subprocess.run(command, check=False).returncode)


COMMANDS = (token,)

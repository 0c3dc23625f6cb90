"""Prints a link to the form: ``python -m web token``, as ``./truestock token`` does."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections.abc import Sequence

from daemon.settings import SettingError, read_settings
from web.desk import utc_now
from web.permissions import Role
from web.tokens import issue_token, open_link


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line asks; return its exit status."""
    parser = ArgumentParser(prog="python -m web")
    commands = parser.add_subparsers(dest="command", required=True)
    token = commands.add_parser("token", help="print a link that opens the form")
    token.add_argument("--user", required=True)
    token.add_argument("--role", required=True, choices=[str(role) for role in Role])
    given = parser.parse_args(arguments)
    try:
        settings = read_settings()
        link = open_link(
            settings, issue_token(settings, given.user, given.role, utc_now())
        )
    except (SettingError, ValueError) as refusal:
        print(refusal, file=sys.stderr)
        return 1
    print(link)
    return 0


if __name__ == "__main__":
    sys.exit(main())

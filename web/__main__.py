"""Prints a link to the form: ``python -m web token``, as ``./truestock token`` does."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections.abc import Sequence

from daemon.settings import SettingError, read_settings
from web.desk import utc_now
from web.launches import issue_token, open_link
from web.permissions import Role


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line asks; return its exit status."""
    given = _parser().parse_args(arguments)
    try:
        settings = read_settings()
        token = issue_token(
            settings,
            given.user,
            given.role,
            utc_now(),
            shops=given.shop,
            warehouses=given.warehouse,
            document=given.document,
        )
    except (SettingError, ValueError) as refusal:
        print(refusal, file=sys.stderr)
        return 1
    print(open_link(settings, token))
    return 0


def _parser() -> ArgumentParser:
    parser = ArgumentParser(prog="python -m web")
    commands = parser.add_subparsers(dest="command", required=True)
    token = commands.add_parser("token", help="print a link that opens the form")
    token.add_argument("--user", required=True)
    token.add_argument("--role", required=True, choices=[str(role) for role in Role])
    token.add_argument("--shop", action="append", default=[], help="may be repeated")
    token.add_argument(
        "--warehouse", action="append", default=[], help="may be repeated"
    )
    token.add_argument("--document", default="", help="what the page opens at")
    return parser


if __name__ == "__main__":
    sys.exit(main())

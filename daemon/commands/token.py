"""``token``."""

from __future__ import annotations

import click

from daemon.links import issue_token, open_link
from daemon.office import utc_now
from daemon.refusals import Refused
from daemon.settings import read_settings
from stock.models import Role


@click.command()
@click.option("--user", required=True, help="Who will use the form.")
@click.option("--role", required=True, type=click.Choice([str(role) for role in Role]))
@click.option(
    "--shop", multiple=True, metavar="NAME", help="Bind to it; may be repeated."
)
@click.option(
    "--warehouse", multiple=True, metavar="CODE", help="Bind to it; may be repeated."
)
@click.option(
    "--document",
    default="",
    metavar="NUMBER",
    help="An order, parcel or return to open at.",
)
def token(
    user: str,
    role: str,
    shop: tuple[str, ...],
    warehouse: tuple[str, ...],
    document: str,
) -> None:
    """Print a link to the form, for trying the embedding; it opens once, soon."""
    settings = read_settings()
    try:
        issued = issue_token(
            settings,
            user,
            role,
            utc_now(),
            shops=shop,
            warehouses=warehouse,
            document=document,
        )
    except ValueError as refusal:
        raise Refused(str(refusal)) from None
    click.echo(open_link(settings, issued))


COMMANDS = (token,)

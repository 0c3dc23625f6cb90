"""``init`` and ``check``."""

from __future__ import annotations

import click

from daemon.commands.terminal import (
    as_json_option,
    office,
    print_json,
    say,
)
from daemon.refusals import Refused
from stock.audit import Finding, examine
from stock.schema import upgrade


@click.command()
def init() -> None:
    """Create or upgrade the database; doing it again changes nothing."""
    with office(current=False) as desk:
        upgrade(desk.database)
        address = desk.database.engine.url.render_as_string(hide_password=True)
    say(f"The database is ready: {address}")


@click.command()
@as_json_option
def check(as_json: bool) -> None:
    """Prove the ledger's invariants on live data."""
    with office() as desk, desk.database.read() as session:
        findings = examine(session)
    broken = [finding for finding in findings if not finding.holds]
    if as_json:
        print_json({"clean": not broken, "invariants": [_plain(f) for f in findings]})
    else:
        for finding in findings:
            mark = "holds " if finding.holds else "BROKEN"
            say(f"{mark}  {finding.invariant.sentence}")
    if broken:
        first = broken[0]
        raise Refused(
            f"{first.invariant.sentence}: not so for {first.rows[0]}."
            " Stop pushing, keep a copy of the database, and look at"
            " `./truestock stock why`"
        )


def _plain(finding: Finding) -> dict[str, object]:
    return {
        "name": finding.invariant.name,
        "sentence": finding.invariant.sentence,
        "holds": finding.holds,
        "offenders": list(finding.rows),
    }


COMMANDS = (init, check)

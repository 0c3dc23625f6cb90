"""People on the command line: the first administrator, bounds, passwords, the door."""

from __future__ import annotations

import json
from pathlib import Path

from stock.passwords import is_password
from stock.people import named_person
from stock.session import Database
from tests.daemon.processes import Truestock

PASSWORD = "an invented long password"


def person(truestock: Truestock, name: str) -> dict[str, object]:
    rows = json.loads(truestock.say("person", "list", "--json"))
    return next(row for row in rows if row["name"] == name)


def kept_password(var: Path, name: str) -> str | None:
    database = Database(f"sqlite:///{var / 'truestock.db'}")
    with database.read() as session:
        kept = named_person(session, name).password_hash
    database.close()
    return kept


def test_the_first_administrator_is_made_by_a_command(
    truestock: Truestock, tmp_path: Path
) -> None:
    truestock.say("init")
    assert "person add" in truestock.say("person", "list")

    arguments = ("person", "add", "Lan", "--role", "admin", "--password-file", "-")
    told = truestock.say(*arguments, given=f"{PASSWORD}\n")

    assert told == "Lan may come in as admin, at http://127.0.0.1:8080/login.\n"
    assert person(truestock, "Lan") == {
        "name": "Lan",
        "role": "admin",
        "shops": None,
        "warehouses": None,
        "password": True,
        "disabled": False,
    }
    assert is_password(kept_password(tmp_path / "var", "lan"), PASSWORD)
    assert PASSWORD not in told


def test_a_password_comes_from_a_file_too(truestock: Truestock, tmp_path: Path) -> None:
    truestock.say("init")
    file = tmp_path / "password"
    file.write_text(PASSWORD, "utf-8")
    add = ("person", "add", "lan", "--role", "clerk", "--password-file", str(file))

    truestock.say(*add)
    assert "there is a person named 'lan'" in truestock.refuse(*add)
    file.write_text("a whole new password", "utf-8")
    truestock.say("person", "set", "LAN", "--password-file", str(file))

    assert is_password(kept_password(tmp_path / "var", "lan"), "a whole new password")
    file.write_text("\n", "utf-8")
    assert "holds no password" in truestock.refuse(
        "person", "set", "lan", "--password-file", str(file)
    )
    file.write_text("short", "utf-8")
    assert "10 to 200 characters" in truestock.refuse(
        "person", "set", "lan", "--password-file", str(file)
    )


def test_somebody_is_bound_and_shut_out_and_let_in_again(truestock: Truestock) -> None:
    truestock.say("init")
    truestock.say("warehouse", "add", "HANOI")
    bound = ("--warehouse", "HANOI", "--no-password")
    truestock.say("person", "add", "hoa", "--role", "clerk", *bound)
    assert person(truestock, "hoa")["warehouses"] == ["HANOI"]

    told = truestock.say(
        *("person", "set", "hoa", "--role", "supervisor", "--all-warehouses"),
        "--disable",
    )
    assert told == "hoa is let in no more; shops: all; warehouses: all.\n"
    assert person(truestock, "hoa")["disabled"] is True
    assert "supervisor" in truestock.say("person", "set", "hoa", "--enable")
    assert "hoa" in truestock.say("person", "list")


def test_what_cannot_be_done_is_said_with_a_way_out(truestock: Truestock) -> None:
    truestock.say("init")
    truestock.say("person", "add", "lan", "--role", "admin", "--no-password")
    for refused, told in (
        (("set", "nobody", "--enable"), "person list"),
        (("set", "lan", "--disable"), "last administrator"),
        (("set", "lan", "--role", "clerk"), "somebody else an administrator"),
        (("set", "lan", "--shop", "nowhere"), "unknown shop"),
        (("set", "lan", "--warehouse", "NOWHERE"), "warehouse list"),
    ):
        assert told in truestock.refuse("person", *refused), refused

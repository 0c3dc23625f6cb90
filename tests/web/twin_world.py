"""Both shops of the twin test, what the second one has, and whether it was touched."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from itertools import islice, product
from typing import Any
from urllib.parse import parse_qsl, unquote, unquote_plus, urlsplit

from flask import Flask
from sqlalchemy import select
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.routing import Rule
from werkzeug.test import TestResponse, encode_multipart

from daemon.settings import Settings
from stock.models import Base
from stock.session import Database
from tests.web import pictures
from tests.web.crawl import Form, crawl
from tests.web.twins import Twin
from tests.web.visitor import Visitor

TABLES_OF_VISITS = frozenset({"person_session", "used_launch", "api_key"})
TABLES_OF_REFUSALS = frozenset({"sheet_action"})
"""What is kept here names what somebody asked for in vain."""

MOST = 12
"""So many addresses of one route are put together."""

Dump = Mapping[str, Mapping[tuple[Any, ...], Mapping[str, Any]]]


@dataclass(slots=True)
class World:
    """Both shops, and how to come upon what the second one has."""

    app: Flask
    database: Database
    ours: Twin
    theirs: Twin
    before: Dump
    """All rows as they were before the second shop came."""
    after: Dump
    addresses: list[str] = field(default_factory=list)
    forms: list[tuple[str, Form]] = field(default_factory=list)
    values: dict[str, set[str]] = field(default_factory=dict)

    def reader(self, role: str = "admin") -> Visitor:
        """Return somebody who is bound to the first shop."""
        return self.ours.visitor(role)


def make_world(app: Flask, database: Database, settings: Settings) -> World:
    """Let both shops live, and look around in the second one."""
    ours = Twin(app, database, settings, "apple")
    theirs = Twin(app, database, settings, "zebra")
    ours.live()
    before = dump(database)
    theirs.live()
    made = World(app, database, ours, theirs, before, dump(database))
    _explore(made)
    return made


def _explore(world: World) -> None:
    admins = ["", "board/sums", "admin/log", *world.theirs.starts]
    for role, starts in (("admin", admins), ("clerk", ["sheets", "orphans"])):
        found = crawl(world.app, world.theirs.visitor(role), starts)
        world.addresses += found.addresses
        world.forms += found.forms
    everybody = world.theirs.visitor("admin", bound=False, name="somebody")
    person = f"admin/people/{world.theirs.values['person_id']}"
    for path in ("admin/people", person):
        page = crawl(world.app, everybody, [path], follow=False)
        world.addresses += page.addresses
        world.forms += page.forms
    adapter = world.app.url_map.bind("localhost")
    tried = [(path, "GET") for path in world.addresses]
    tried += [(form.path, "POST") for _, form in world.forms]
    for path, method in tried:
        _, values = adapter.match("/desk/x/" + urlsplit(path).path, method=method)
        for name, value in values.items():
            world.values.setdefault(name, set()).add(str(value))
    for name, number in world.theirs.values.items():
        world.values.setdefault(name, set()).add(str(number))


def dump(database: Database) -> Dump:
    """Return every row of every table, by table and key."""
    tables: dict[str, dict[tuple[Any, ...], Mapping[str, Any]]] = {}
    with database.read() as session:
        for table in Base.metadata.sorted_tables:
            if table.name in TABLES_OF_VISITS:
                continue
            names = [column.name for column in table.primary_key]
            rows = [dict(row) for row in session.execute(select(table)).mappings()]
            tables[table.name] = {tuple(x[name] for name in names): x for x in rows}
    return tables


def changes_of_theirs(world: World) -> list[str]:
    """Say what happened to the second shop's rows, and what now points at them."""
    now = dump(world.database)
    troubles = []
    for name, rows in world.after.items():
        own = {key: row for key, row in rows.items() if key not in world.before[name]}
        for key, row in own.items():
            if now[name].get(key) != row:
                troubles.append(f"{name} {key} was {row}, is {now[name].get(key)}")
    for table in Base.metadata.sorted_tables:
        if table.name in TABLES_OF_REFUSALS:
            continue
        for key, row in now.get(table.name, {}).items():
            if key in world.after[table.name]:
                continue
            for foreign in table.foreign_keys:
                target = foreign.column.table.name
                if not foreign.column.primary_key:
                    continue
                pointed = (row[foreign.parent.name],)
                is_known = pointed in world.after.get(target, {})
                if is_known and pointed not in world.before[target]:
                    troubles.append(f"{table.name} {row} points at {target} {pointed}")
    return troubles


def leaks(world: World, answer: TestResponse, sent: Iterable[str]) -> bool:
    """Say whether an answer holds a word of the second shop that was not sent."""
    text = unquote_plus(f"{answer.location or ''} {answer.get_data()!r}")
    text = text.casefold()
    for word in sorted(sent, key=len, reverse=True):
        text = text.replace(word.casefold(), "")
    return world.theirs.word in text


def words_of(path: str, fields: Mapping[str, str] | None = None) -> list[str]:
    """Return what a request holds."""
    parts = urlsplit(path)
    pieces = [unquote(piece) for piece in parts.path.split("/")]
    pieces += [value for _, value in parse_qsl(parts.query)]
    pieces += list((fields or {}).values())
    return [piece for piece in pieces if piece.strip()]


def desk_rules(app: Flask, method: str) -> Iterator[Rule]:
    """Return the routes behind the door."""
    for rule in app.url_map.iter_rules():
        if "access" in rule.arguments and method in (rule.methods or ()):
            yield rule


def made_up(world: World, rule: Rule) -> list[str]:
    """Return addresses of a route with the second shop's records in them."""
    names = sorted(rule.arguments - {"access"})
    missing = [name for name in names if name not in world.values]
    assert not missing, (
        f"{rule.rule}: nobody knows a {missing[0]} of the other shop. Let Twin.live in"
        " tests/web/twins.py make such a record, and put its id into Twin.values if no"
        " page links to it."
    )
    choices = product(*(sorted(world.values[name]) for name in names))
    adapter = world.app.url_map.bind("localhost")
    paths = []
    for values in islice(choices, MOST):
        built = adapter.build(
            rule.endpoint, {"access": "x", **dict(zip(names, values, strict=True))}
        )
        paths.append(built.removeprefix("/desk/x/"))
    return paths


def send(reader: Visitor, form: Form) -> TestResponse:
    """Send a form, with a photo where it takes one."""
    values: list[tuple[str, Any]] = list(form.fields.items())
    for name in form.files:
        photo = BytesIO(pictures.picture())
        values.append((name, FileStorage(photo, "x.jpg", name, "image/jpeg")))
    boundary, body = encode_multipart(MultiDict(values))
    return reader.client.post(
        reader.desk + form.path,
        data=body,
        content_type=f"multipart/form-data; boundary={boundary}",
        # Read at once: an answer may be a file that is open until then.
        buffered=True,
    )


def names_a_record(world: World, path: str, method: str) -> bool:
    """Say whether an address names a record."""
    adapter = world.app.url_map.bind("localhost")
    _, values = adapter.match("/desk/x/" + urlsplit(path).path, method=method)
    return bool(set(values) - {"access"})

"""The repository keeps its own rules."""

from __future__ import annotations

import importlib.util
import inspect
import re
from pathlib import Path

import click
import pytest

import daemon
import sandbox
import web
from connector import errors
from connector.errors import ConnectorError
from connector.registry import BUILT_IN
from daemon import settings
from daemon.commands import truestock
from daemon.decisions import DECISIONS

CHECKOUT = Path(__file__).parents[1]
ROOMS = (
    "bench",
    "connector",
    "daemon",
    "demo",
    "docs",
    "sandbox",
    "stock",
    "tests",
    "web",
)
LONGEST_FILE = 400
OUTERMOST_LINES = ["daemon/ticker.py", "daemon/work.py"]
"""Where a job ends, and where one ends that no worker runs: a broad handler each."""
COMMANDS = (
    "init",
    "shop add",
    "shop list",
    "shop authorize",
    "shop set",
    "listings import",
    "listings map",
    "listings set",
    "listings show",
    "stock count",
    "stock show",
    "stock why",
    "order show",
    "order decide",
    "order set-aside",
    "return list",
    "return receive",
    "return reverse",
    "sync",
    "reconcile",
    "worker",
    "ticker",
    "run",
    "check",
    "token",
    "person add",
    "person list",
    "person set",
    "warehouse add",
    "warehouse list",
    "hook add",
    "hook list",
    "hook show",
    "hook set",
    "hook remove",
    "hook test",
    "hook retry",
    "key add",
    "key list",
    "key revoke",
)
TARGETS = ("setup", "demo", "test", "check", "bench", "new-connector")
ERRORS = [
    kind
    for _, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, ConnectorError)
]


def sources(ending: str = ".py") -> list[Path]:
    """Return the repository's own files with an ending."""
    inside = [path for room in ROOMS for path in (CHECKOUT / room).rglob(f"*{ending}")]
    return sorted([*inside, *CHECKOUT.glob(f"*{ending}")])


def named(path: Path) -> str:
    """Return a file's name as people say it."""
    return path.relative_to(CHECKOUT).as_posix()


def variables() -> list[str]:
    """Return the variables that the settings read."""
    text = inspect.getsource(settings)
    calls = r"(?:text|optional|origin|choice|time_zone|number)\(\s*\"([A-Z_]+)\""
    return sorted({f"{settings.PREFIX}{name}" for name in re.findall(calls, text)})


@pytest.mark.parametrize("variable", variables())
def test_each_setting_is_documented(variable: str) -> None:
    told = (CHECKOUT / "docs" / "operations.md").read_text("utf-8")

    assert f"`{variable}`" in told


@pytest.mark.parametrize("kind", ERRORS)
def test_each_error_of_a_channel_has_a_row_of_decisions(
    kind: type[ConnectorError],
) -> None:
    assert kind in [row for row, _ in DECISIONS]


def test_the_registry_is_in_alphabetical_order() -> None:
    assert list(BUILT_IN) == sorted(BUILT_IN)


def test_each_channels_folder_is_registered() -> None:
    folders = {
        path.parent.name for path in (CHECKOUT / "connector").glob("*/client.py")
    }

    assert folders <= set(BUILT_IN)


@pytest.mark.parametrize("channel", BUILT_IN)
def test_each_channel_says_how_good_it_is(channel: str) -> None:
    text = (CHECKOUT / "connector" / channel / "README.md").read_text("utf-8")

    assert re.search(r"^#+ .*quality", text, re.IGNORECASE | re.MULTILINE)
    assert re.search(r"^\|.*\|$", text, re.MULTILINE)


@pytest.mark.parametrize("channel", BUILT_IN)
def test_each_channel_has_recorded_replies(channel: str) -> None:
    assert list((CHECKOUT / "tests" / "replies" / channel).glob("*.json"))


@pytest.mark.parametrize("channel", BUILT_IN)
def test_each_channel_passes_the_conformance_rules(channel: str) -> None:
    path = CHECKOUT / "tests" / "connector" / channel / f"test_{channel}_conformance.py"

    assert "connector.conformance" in path.read_text("utf-8")


@pytest.mark.parametrize("room", [daemon, web, sandbox], ids=lambda m: m.__name__)
def test_a_room_is_found_in_this_checkout(room: object) -> None:
    assert Path(str(inspect.getfile(room))).is_relative_to(CHECKOUT)  # type: ignore[arg-type]


def test_no_file_is_too_long_to_read() -> None:
    lengths = {
        named(path): len(path.read_text("utf-8").splitlines())
        for path in sources()
        if "versions" not in path.parts
    }

    assert {k: n for k, n in lengths.items() if n > LONGEST_FILE} == {}


def test_nothing_is_caught_unseen_but_at_the_outermost_line_of_a_job() -> None:
    broad = re.compile(r"^\s*except(?: \(?Exception\b.*)?:", re.MULTILINE)
    found = [
        named(path)
        for path in sources()
        for _ in broad.finditer(path.read_text("utf-8"))
    ]

    assert found == OUTERMOST_LINES


def test_no_text_names_one_machine_or_a_registry() -> None:
    endings = (".py", ".md", ".cfg", ".toml", ".txt", ".html", ".json")
    texts = [path for ending in endings for path in sources(ending)]
    place = re.compile(
        r"(?<![\w.])/(?:home|root|work|Users)/\w+"
        r"|(?:files\.pythonhosted|pypi|registry\.npmjs|proxy\.golang)\.org"
    )
    found = [
        (named(path), told)
        for path in texts
        if path != Path(__file__)
        for told in place.findall(path.read_text("utf-8"))
    ]

    assert found == []


def test_the_procfile_names_what_can_be_imported() -> None:
    lines = (CHECKOUT / "Procfile").read_text("utf-8").splitlines()
    modules = [re.search(r"-m (\w+)", line) for line in lines if line]

    for found in modules:
        assert found is not None
        assert importlib.util.find_spec(found[1])
    assert callable(importlib.import_module("web").create_app)


@pytest.mark.parametrize("line", COMMANDS)
def test_each_promised_command_is_there(line: str) -> None:
    found: click.Command | None = truestock
    for word in line.split():
        assert isinstance(found, click.Group)
        found = found.get_command(click.Context(found), word)

    assert found is not None
    assert found.help


@pytest.mark.parametrize("target", TARGETS)
def test_each_promised_target_is_there(target: str) -> None:
    text = (CHECKOUT / "Makefile").read_text("utf-8")

    assert re.search(rf"^{target}:", text, re.MULTILINE)

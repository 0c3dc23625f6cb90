"""Fills the templates and puts them where a connector lives."""

from __future__ import annotations

import keyword
import re
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from string import Template

_NAME = re.compile(r"[a-z][a-z0-9_]{1,30}")
_TEMPLATES = files("connector.scaffold") / "templates"
_REGISTRY = Path("connector/registry.py")
_CONTRACTS = Path("setup.cfg")
_PACKAGE = {
    "__init__.py": "channel.py",
    "client.py": "client.py",
    "mapping.py": "mapping.py",
}


class CannotWrite(Exception):
    """The name is not possible, or something stands there already."""


def write_inside(checkout: Path, name: str, title: str) -> list[Path]:
    """Write a connector into a checkout and enter it in the registry.

    Returns the files written or changed.  Raises ``CannotWrite``; then nothing was.
    """
    _check(name)
    if not (checkout / _REGISTRY).is_file():
        raise CannotWrite(f"{checkout} is not a checkout: {_REGISTRY} is missing")
    tests = Path("tests/connector") / name
    replies = Path("tests/replies") / name
    words = {
        **_words(name, title, f"connector.{name}", tests=".".join(tests.parts)),
        # Seen from a test in its channel's folder.
        "parents": "2",
        "replies": f"replies/{name}",
    }
    room = Path("connector") / name
    texts = {room / path: template for path, template in _PACKAGE.items()}
    texts |= {
        room / "README.md": "README.md",
        tests / "fake.py": "fake.py",
        tests / f"test_{name}_conformance.py": "test_conformance.py",
        tests / f"test_{name}_replies.py": "test_replies.py",
        replies / "orders.json": "orders.json",
    }
    registry = _with_line(
        checkout / _REGISTRY, _registry_line(words), r'        "\w+": "'
    )
    contracts = _with_line(
        checkout / _CONTRACTS, f"    connector.{name}\n", r"    connector\.\w+\n"
    )
    written = _write(checkout, texts, words)
    for path, changed in ((_REGISTRY, registry), (_CONTRACTS, contracts)):
        (checkout / path).write_text(changed, "utf-8")
    return [*written, _REGISTRY, _CONTRACTS]


def write_outside(folder: Path, name: str, title: str) -> list[Path]:
    """Write a connector as a distribution of its own, found by its entry point.

    Returns the files written.  Raises ``CannotWrite``; then nothing was.
    """
    _check(name)
    package = f"truestock_{name}"
    words = {
        **_words(name, title, package, tests="tests"),
        "parents": "0",
        "replies": "replies",
    }
    texts = {Path(package) / path: template for path, template in _PACKAGE.items()}
    texts |= {
        Path("README.md"): "README.md",
        Path("setup.cfg"): "setup.cfg",
        Path("pyproject.toml"): "pyproject.toml",
        Path("tests/fake.py"): "fake.py",
        Path(f"tests/test_{name}_conformance.py"): "test_conformance.py",
        Path(f"tests/test_{name}_replies.py"): "test_replies.py",
        Path("tests/replies/orders.json"): "orders.json",
    }
    return [folder / path for path in _write(folder, texts, words)]


def _check(name: str) -> None:
    if not _NAME.fullmatch(name) or keyword.iskeyword(name):
        raise CannotWrite(
            f"{name!r} is no name for a channel: small letters, digits and"
            " underscores, a letter first, such as acme"
        )


def _words(name: str, title: str, package: str, *, tests: str) -> dict[str, str]:
    return {
        "name": name,
        "title": title.replace('"', "").strip() or name,
        "class_name": "".join(part.capitalize() for part in name.split("_")),
        "package": package,
        "tests": tests,
    }


def _write(
    folder: Path, texts: Mapping[Path, str], words: Mapping[str, str]
) -> list[Path]:
    taken = [path for path in texts if (folder / path).exists()]
    if taken:
        raise CannotWrite(f"{folder / taken[0]} is there already")
    for path, template in texts.items():
        text = (_TEMPLATES / f"{template}.txt").read_text("utf-8")
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(Template(text).substitute(words), "utf-8")
    return list(texts)


def _registry_line(words: Mapping[str, str]) -> str:
    return '        "{name}": "{package}:{class_name}Connector",\n'.format_map(words)


def _with_line(path: Path, line: str, like: str) -> str:
    """Return a file's text with one more line in an alphabetical block of others."""
    lines = path.read_text("utf-8").splitlines(keepends=True)
    block = [place for place, one in enumerate(lines) if re.match(like, one)]
    if line in lines or not block:
        raise CannotWrite(
            f"{path} has no place for {line.strip()!r}, or has it already"
        )
    # The last block that looks so is the one to enter it in.
    while len(block) > 1 and block[-1] - block[0] != len(block) - 1:
        block.pop(0)
    place = next((p for p in block if lines[p] > line), block[-1] + 1)
    return "".join([*lines[:place], line, *lines[place:]])

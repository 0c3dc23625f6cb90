"""A new connector begins as one that runs, inside the checkout and outside of it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from connector.scaffold import CannotWrite, write_inside, write_outside

CHECKOUT = Path(__file__).parents[2]
SETTINGS = ("setup.cfg", "pyproject.toml")
NO_SOURCE = (".*", "__pycache__", "*.egg-info", "var", "node_modules")
PATIENCE_SECONDS = 120


def run(folder: Path, *command: str, path: str = "") -> str:
    """Run a module of this Python in a folder and return what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """As much of a checkout as a connector lives in."""
    shutil.copytree(CHECKOUT / "connector", tmp_path / "connector")
    for name in SETTINGS:
        shutil.copy(CHECKOUT / name, tmp_path / name)
    return tmp_path


def test_a_new_connector_passes_the_kit_and_our_checks(checkout: Path) -> None:
    written = write_inside(checkout, "acme_mall", "Acme Mall")

    told = run(checkout, "pytest", "-q", "tests/connector", "-p", "no:cacheprovider")
    assert " passed" in told
    assert "failed" not in told
    rooms = ("connector/acme_mall", "tests")
    run(checkout, "ruff", "check", "--no-cache", *rooms)
    run(checkout, "ruff", "format", "--no-cache", "--check", *rooms)
    run(checkout, "mypy", "--strict", "--explicit-package-bases", "tests")
    assert Path("connector/acme_mall/README.md") in written
    quality = (checkout / "connector/acme_mall/README.md").read_text("utf-8")
    assert "## Quality" in quality


@pytest.fixture
def whole_checkout(tmp_path: Path) -> Path:
    """A copy of everything that belongs to the repository."""
    copy = tmp_path / "checkout"
    shutil.copytree(CHECKOUT, copy, ignore=shutil.ignore_patterns(*NO_SOURCE))
    return copy


def test_the_repository_keeps_its_rules_with_a_new_connector(
    whole_checkout: Path,
) -> None:
    run(whole_checkout, "connector.scaffold", "acme")

    told = run(
        whole_checkout,
        *("pytest", "-q", "-p", "no:cacheprovider"),
        *("tests/test_repository.py", "tests/connector/acme"),
        *("tests/connector/test_registry.py",),
    )
    assert " passed" in told
    assert "failed" not in told
    story = "from tests.daemon.test_every_channel import CHANNELS as all; print(*all)"
    played = subprocess.run(
        [sys.executable, "-c", story],
        cwd=whole_checkout,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
    ).stdout.split()
    assert "shopee" in played
    assert "acme" not in played, "the sandbox does not play it"


def test_a_new_connector_is_entered_where_all_are(checkout: Path) -> None:
    write_inside(checkout, "acme", "Acme")

    code = "from connector.registry import BUILT_IN as all; print(*all)"
    named = subprocess.run(
        [sys.executable, "-c", code], cwd=checkout, capture_output=True, text=True
    ).stdout.split()
    assert "acme" in named
    assert named == sorted(named)
    contracts = (checkout / "setup.cfg").read_text("utf-8")
    assert "    connector.acme\n" in contracts.partition("contract:channels")[2]


@pytest.mark.parametrize("name", ["Acme", "1acme", "a", "import", "ac-me", "../acme"])
def test_a_name_that_python_cannot_import_is_refused(checkout: Path, name: str) -> None:
    with pytest.raises(CannotWrite, match="no name for a channel"):
        write_inside(checkout, name, "Acme")


def test_what_stands_there_is_never_overwritten(checkout: Path) -> None:
    before = (checkout / "connector/shopee/client.py").read_bytes()

    with pytest.raises(CannotWrite, match="already"):
        write_inside(checkout, "shopee", "Shopee")

    assert (checkout / "connector/shopee/client.py").read_bytes() == before


def test_a_folder_that_is_no_checkout_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CannotWrite, match="not a checkout"):
        write_inside(tmp_path, "acme", "Acme")


def test_a_connector_from_outside_is_built_installed_and_found(tmp_path: Path) -> None:
    source, site = tmp_path / "source", tmp_path / "site"
    write_outside(source, "acme", "Acme")
    install = ("pip", "install", "--no-build-isolation", "--no-deps", "--no-index")
    run(tmp_path, *install, "--quiet", "--target", str(site), str(source))

    told = run(source, "pytest", "-q", "-p", "no:cacheprovider", path=str(site))
    assert " passed" in told
    assert "failed" not in told
    found = subprocess.run(
        [
            sys.executable,
            "-c",
            "import connector as c; print(c.connector_class('acme'))",
        ],
        env={**os.environ, "PYTHONPATH": str(site)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
    ).stdout
    assert "truestock_acme.AcmeConnector" in found

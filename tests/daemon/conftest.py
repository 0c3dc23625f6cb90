"""A running sandbox, an office and processes for each test, all of them real."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from daemon.office import Office
from daemon.settings import Settings, read_settings
from sandbox.servers import Sandbox
from stock.session import Database
from stock.vault import Vault
from tests.daemon.desk import Clock, Desk, HastyOffice
from tests.daemon.processes import Processes, Truestock, quick_commands
from tests.daemon.scripted import SCRIPTS, Script, install
from tests.sandbox.driver import Control, Seller


@pytest.fixture(scope="session", autouse=True)
def _quick_commands() -> Iterator[None]:
    with quick_commands():
        yield


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """The marketplaces, on free ports."""
    with Sandbox(port=0, seed=1) as running:
        yield running


@pytest.fixture
def control(sandbox: Sandbox) -> Control:
    """What moves the marketplaces' world."""
    return Control(sandbox.url)


@pytest.fixture
def open_seller(control: Control) -> Callable[..., Seller]:
    """Open accounts on the sandbox's Shopee."""

    def open_(name: str = "s1", **more: Any) -> Seller:
        answer = control.post("shopee/shops", shop=name, **more)
        return Seller(control, name, answer["settings"])

    return open_


@pytest.fixture
def clock() -> Clock:
    """The office's clock."""
    return Clock()


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    """Settings as the environment would give them."""
    return read_settings(
        {
            "TRUESTOCK_VAR": str(tmp_path / "var"),
            "TRUESTOCK_DATABASE_URL": database_url,
        }
    )


@pytest.fixture
def office(settings: Settings, database: Database, clock: Clock) -> Office:
    """The office over the test's database."""
    return HastyOffice(
        settings=settings,
        database=database,
        vault=Vault(settings.credentials_keys),
        now=clock.now,
    )


@pytest.fixture
def desk(office: Office, clock: Clock) -> Desk:
    """The office with nothing in it."""
    return Desk(office, clock)


@pytest.fixture
def seller(open_seller: Callable[..., Seller]) -> Seller:
    """A Shopee account that never restocks by itself and lists five each of A, B."""
    account = open_seller(auto_restock="never")
    account.sell(A=5, B=5)
    return account


@pytest.fixture
def opened(desk: Desk, seller: Seller) -> Desk:
    """The office with one shop: connected, imported, counted and in step."""
    desk.open(seller, A=5, B=5)
    return desk


@pytest.fixture
def break_settings(desk: Desk) -> Callable[[], None]:
    """Spoil a shop's sealed settings, as a lost key does."""

    def spoil() -> None:
        desk.execute("UPDATE shop SET sealed_settings = :junk", junk=b"junk")

    return spoil


@pytest.fixture
def script(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Script]:
    """A shop with five each of A, B, on a channel that does what it is told."""
    installed = tmp_path / "installed"
    installed.mkdir()
    install(installed)
    monkeypatch.syspath_prepend(str(installed))
    token = uuid.uuid4().hex
    SCRIPTS[token] = Script(stock={"A": 5, "B": 5})
    desk.connect("scripted", {"token": token})
    desk.import_listings()
    desk.count(A=5, B=5)
    desk.sync()
    SCRIPTS[token].sent.clear()
    SCRIPTS[token].calls.clear()
    yield SCRIPTS[token]
    del SCRIPTS[token]


@pytest.fixture
def processes() -> Iterator[Processes]:
    """Starts processes; each is stopped by its id at the end."""
    with Processes() as started:
        yield started


@pytest.fixture
def redis_socket(processes: Processes, tmp_path: Path) -> Path:
    """A redis of this test's own."""
    return processes.redis(tmp_path)


@pytest.fixture
def redis_url(redis_socket: Path) -> str:
    """The address of a redis of this test's own."""
    return f"unix://{redis_socket}"


@pytest.fixture
def truestock(tmp_path: Path) -> Truestock:
    """The command line of a new installation in a folder of its own."""
    return Truestock(tmp_path / "var")

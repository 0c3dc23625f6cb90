"""The handbook's modules for ERPs: they compile, and what they sign opens the desk."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from types import ModuleType, SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import pytest
from flask import Flask
from flask.testing import FlaskClient

from daemon.settings import Settings, read_settings
from tests.web.conftest import MovableClock
from tests.web.foreign_frame import HANDBOOK, KEY, block, blocks
from tests.web.visitor import text_of

URL = "https://stock.example.vn"
ROLES = ["supervisor", "clerk", "viewer"]
SHOWN = {"supervisor": "Giám sát", "clerk": "Nhân viên kho", "viewer": "Người xem"}

of_each_role = pytest.mark.parametrize(
    ("database", "role"), [("sqlite", role) for role in ROLES], indirect=["database"]
)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return read_settings(
        {
            "TRUESTOCK_VAR": str(settings.var),
            # The slash is cut: what the token names has none.
            "TRUESTOCK_BASE_URL": f"{URL}/",
            "TRUESTOCK_LAUNCH_KEYS": f"erp={KEY}",
        }
    )


@pytest.fixture
def desk(app: Flask, clock: MovableClock) -> FlaskClient:
    """The door, at the hour of the ERP's own clock."""
    clock.now = datetime.now(UTC)
    return app.test_client()


def opened(desk: FlaskClient, token: str) -> str:
    """Return the text of the page that a token opens."""
    answer = desk.post("/open", data={"token": token})
    assert answer.status_code == 303, text_of(answer.text)
    return text_of(desk.get(answer.location).text)


def hidden_token(page: str) -> str:
    (token,) = re.findall(r'name="token" value="([^"]+)"', page)
    return str(token)


Installs = Callable[..., None]


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch) -> Iterator[Installs]:
    """Puts modules where an import finds them: an ERP's, or the handbook's own."""

    def put(name: str, **names: Any) -> None:
        module = ModuleType(name)
        vars(module).update(names)
        monkeypatch.setitem(sys.modules, name, module)

    def put_all(**modules: dict[str, Any]) -> None:
        for name, names in modules.items():
            put(name.replace("__", "."), **names)

    yield put_all


def run(package: str, file: str) -> dict[str, Any]:
    """Return what a file of the handbook's package defines; its package is there."""
    namespace: dict[str, Any] = {"__name__": f"{package}.x", "__package__": package}
    code = block("python", f"# truestock_desk/{file}\n")
    exec(compile(code, file, "exec"), namespace)
    return namespace


def signer() -> dict[str, Any]:
    namespace: dict[str, Any] = {}
    exec(block("python", "def launch_token"), namespace)
    return namespace


def test_each_block_of_code_can_be_read() -> None:
    python, xml = blocks("python"), blocks("xml")
    assert (len(python), len(xml)) == (7, 2)
    for code in python:
        compile(code, str(HANDBOOK), "exec")
    for code in xml:
        ElementTree.fromstring(code)


def test_each_module_is_whole() -> None:
    named = re.findall(r"(?:#|<!--) (truestock_desk/\S+)", HANDBOOK.read_text("utf-8"))
    assert sorted(named) == [
        "truestock_desk/__init__.py",
        "truestock_desk/__init__.py",
        "truestock_desk/__manifest__.py",
        "truestock_desk/controllers.py",
        "truestock_desk/desk.py",
        "truestock_desk/desk.xml",
        "truestock_desk/tryton.cfg",
        "truestock_desk/views.xml",
        "truestock_desk/www/truestock.html",
        "truestock_desk/www/truestock.py",
    ]


def test_each_page_that_launches_gives_the_frame_the_focus() -> None:
    pages = [page for page in blocks("html") + blocks("python") if "<iframe" in page]
    assert len(pages) == 3
    for page in pages:
        assert "contentWindow.focus()" in page


@of_each_role
def test_odoo_opens_the_desk(desk: FlaskClient, install: Installs, role: str) -> None:
    groups = {
        "supervisor": {"stock.group_stock_manager", "stock.group_stock_user"},
        "clerk": {"stock.group_stock_user"},
        "viewer": set[str](),
    }
    parameters = {"truestock.url": URL, "truestock.key": KEY}
    user = SimpleNamespace(
        login="lan", name="Lan", lang="vi_VN", has_group=groups[role].__contains__
    )
    model = SimpleNamespace(get_param=parameters.get)
    model.sudo = lambda: model
    environment = _Environment(user, {"ir.config_parameter": model})
    request = SimpleNamespace(
        env=environment, make_response=lambda page, headers: (page, dict(headers))
    )
    http = SimpleNamespace(
        Controller=object, route=lambda *_, **__: lambda function: function
    )
    install(
        odoo={"http": http},
        odoo__http={"request": request},
        truestock_desk={"__path__": []},
        truestock_desk__truestock_launch=signer(),
    )
    page, headers = run("truestock_desk", "controllers.py")["Desk"]().open_desk()
    assert headers == {"Cache-Control": "no-store"}
    assert f'action="{URL}/open"' in page
    assert SHOWN[role] in opened(desk, hidden_token(page))


class _Environment(dict[str, Any]):
    def __init__(self, user: Any, models: dict[str, Any]) -> None:
        super().__init__(models)
        self.user = user


@of_each_role
def test_erpnext_opens_the_desk(
    desk: FlaskClient, install: Installs, role: str
) -> None:
    held = {
        "supervisor": ["Stock Manager", "Stock User"],
        "clerk": ["Stock User"],
        "viewer": ["Guest"],
    }
    install(
        frappe={
            "session": SimpleNamespace(user="lan@example.vn"),
            "get_roles": lambda: held[role],
            "conf": SimpleNamespace(truestock_url=URL, truestock_key=KEY),
            "form_dict": {},
        },
        truestock_desk={"__path__": []},
        truestock_desk__truestock_launch=signer(),
    )
    context = SimpleNamespace()
    run("truestock_desk", "www/truestock.py")["get_context"](context)
    assert context.url == URL
    assert SHOWN[role] in opened(desk, context.token)


@of_each_role
def test_tryton_opens_the_desk(desk: FlaskClient, install: Installs, role: str) -> None:
    ids = {"group_stock_admin": 7, "group_stock": 8}
    held = {"supervisor": (7, 8), "clerk": (8,), "viewer": ()}

    class User:
        login, name = "lan", "Lan"

        def __init__(self, _user_id: int) -> None:
            pass

        @staticmethod
        def get_groups() -> tuple[int, ...]:
            return held[role]

    models = {
        "res.user": User,
        "ir.model.data": SimpleNamespace(get_id=lambda _module, name: ids[name]),
    }
    config = SimpleNamespace(get=lambda _part, name: {"url": URL, "key": KEY}[name])
    install(
        trytond={"config": config},
        trytond__pool={"Pool": lambda: models},
        trytond__transaction={
            "Transaction": lambda: SimpleNamespace(user=1, language="vi")
        },
        trytond__wizard={"Wizard": object, "StateAction": lambda _name: None},
        truestock_desk={"__path__": []},
        truestock_desk__truestock_launch=signer(),
    )
    action, _data = run("truestock_desk", "desk.py")["OpenDesk"]().do_open_({})
    address = urlsplit(action["url"])
    assert f"{address.scheme}://{address.netloc}{address.path}" == f"{URL}/open"
    assert SHOWN[role] in opened(desk, parse_qs(address.query)["token"][0])

"""Under which names the page is served, and what it answers under others."""

from __future__ import annotations

import dataclasses

import pytest
from flask import Flask
from flask.testing import FlaskClient

from daemon.settings import SettingError, Settings
from stock.session import Database
from tests.web.visitor import text_of
from web import create_app

OURS = "stock.example.vn"

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client(use_cookies=False)


@pytest.mark.parametrize(
    "host",
    [
        OURS,
        "STOCK.Example.vn",
        f"{OURS}:443",
        f"{OURS}.",
        "localhost",
        "localhost:8080",
        "127.0.0.1:8080",
        "192.168.1.7",
        "[::1]:8080",
    ],
)
def test_our_own_names_and_addresses_in_digits_are_served(
    client: FlaskClient, host: str
) -> None:
    assert client.get("/login", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        f"{OURS}.evil.example",
        f"evil-{OURS}",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        f"{OURS}@evil.example",
        "[::1",
        "",
    ],
)
def test_a_request_for_another_name_is_refused_before_anything_else(
    client: FlaskClient, host: str
) -> None:
    for path in ("/login", "/open", "/desk/guessed/", "/no/such/page"):
        answer = client.get(path, headers={"Host": host})
        assert answer.status_code == 400
        assert "không được phục vụ dưới địa chỉ này" in text_of(answer.text)
        assert "evil" not in answer.text and "TRUESTOCK_HOSTS" in answer.text
    program = client.get("/api/v1/openapi.json", headers={"Host": host})
    assert program.status_code == 400
    assert program.content_type == "application/problem+json"


def test_further_names_can_be_told(settings: Settings, database: Database) -> None:
    told = dataclasses.replace(settings, hosts=("truestock",))
    client = create_app(told, database=database).test_client(use_cookies=False)
    for host, status in (("truestock:8080", 200), ("other", 400), (OURS, 200)):
        assert client.get("/login", headers={"Host": host}).status_code == status


def test_what_a_proxy_of_ours_says_of_the_name_is_judged(
    settings: Settings, database: Database
) -> None:
    behind = dataclasses.replace(settings, proxies=1)
    client = create_app(behind, database=database).test_client(use_cookies=False)
    for told, status in ((OURS, 200), ("evil.example", 400)):
        headers = {"Host": "127.0.0.1", "X-Forwarded-Host": told}
        assert client.get("/login", headers=headers).status_code == status


def test_without_a_proxy_nobody_says_another_name(client: FlaskClient) -> None:
    headers = {"Host": "evil.example", "X-Forwarded-Host": OURS}
    assert client.get("/login", headers=headers).status_code == 400


def test_whoever_watches_asks_under_any_name(client: FlaskClient) -> None:
    assert client.get("/health", headers={"Host": "pod-7"}).status_code == 200


@pytest.mark.parametrize("given", ["1", "true"])
def test_the_page_does_not_start_with_debugging_on(
    settings: Settings,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    given: str,
) -> None:
    monkeypatch.setenv("FLASK_DEBUG", given)
    with pytest.raises(SettingError, match="FLASK_DEBUG"):
        create_app(settings, database=database)
    monkeypatch.setenv("FLASK_DEBUG", "0")
    assert not create_app(settings, database=database).debug

"""The environment: each variable is read, and a wrong one is named."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from daemon.settings import SettingError, Settings, read_settings
from tests.daemon.places import CHECKOUT
from tests.daemon.processes import environment

KEY = Fernet.generate_key().decode()


def read(var: Path, **given: str) -> Settings:
    """Read settings as if the environment held only these."""
    named = {f"TRUESTOCK_{name}": value for name, value in given.items()}
    return read_settings({"TRUESTOCK_VAR": str(var), **named})


def test_an_empty_environment_serves_one_machine(tmp_path: Path) -> None:
    settings = read(tmp_path / "var")

    assert settings.database_url == f"sqlite:///{tmp_path / 'var' / 'truestock.db'}"
    assert settings.redis_url is None
    assert settings.base_url == "http://127.0.0.1:8080"
    assert settings.erp_origin is None
    assert settings.language == "vi"
    assert settings.time_zone.key == "Asia/Ho_Chi_Minh"


@pytest.mark.parametrize(
    ("name", "given", "attribute", "value"),
    [
        ("DATABASE_URL", "postgresql://h/d", "database_url", "postgresql://h/d"),
        ("REDIS_URL", "redis://h:1/0", "redis_url", "redis://h:1/0"),
        ("SECRET_KEY", "s" * 32, "secret_keys", ("s" * 32,)),
        ("SECRET_KEY", f"{'s' * 32}, {'t' * 32}", "secret_keys", ("s" * 32, "t" * 32)),
        ("CREDENTIALS_KEY", KEY, "credentials_keys", (KEY,)),
        ("BASE_URL", "https://s.vn/", "base_url", "https://s.vn"),
        ("ERP_ORIGIN", "https://erp.vn", "erp_origin", "https://erp.vn"),
        ("ERP_ORIGIN", "HTTPS://erp.vn/", "erp_origin", "https://erp.vn"),
        ("ERP_ORIGIN", "http://10.1.2.3:69", "erp_origin", "http://10.1.2.3:69"),
        ("ERP_ORIGIN", "https://xn--t-ksa.vn", "erp_origin", "https://xn--t-ksa.vn"),
        ("HOSTS", "Stock.vn, truestock", "hosts", ("stock.vn", "truestock")),
        ("HOSTS", "", "hosts", ()),
        ("LANGUAGE", "en", "language", "en"),
        ("QUEUE", "other", "queue", "other"),
        ("TICK_SECONDS", "1", "tick_seconds", 1),
        ("SYNC_SECONDS", "30", "sync_seconds", 30),
        ("RECONCILE_SECONDS", "60", "reconcile_seconds", 60),
        ("BACKFILL_DAYS", "0", "backfill_days", 0),
        ("QUEUE", "   ", "queue", "truestock"),
    ],
)
def test_a_variable_is_taken_as_it_is_given(
    tmp_path: Path, name: str, given: str, attribute: str, value: object
) -> None:
    settings = read(tmp_path, **{name: given})

    assert getattr(settings, attribute) == value


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("DATABASE_URL", "nonsense"),
        ("DATABASE_URL", "mysql://h/d"),
        ("REDIS_URL", "nonsense"),
        ("REDIS_URL", "http://h"),
        ("SECRET_KEY", "short"),
        ("SECRET_KEY", f"{'s' * 32},short"),
        ("CREDENTIALS_KEY", "not base64"),
        ("CREDENTIALS_KEY", f"{KEY},AAAA"),
        ("BASE_URL", "shop.example.com"),
        ("ERP_ORIGIN", "ftp://erp.example.com"),
        ("HOSTS", "https://stock.example.com"),
        ("HOSTS", "stock.example.com:8080"),
        ("HOSTS", "*.example.com"),
        ("LANGUAGE", "fr"),
        ("TIME_ZONE", "Asia/Atlantis"),
        ("TIME_ZONE", "../etc/passwd"),
        ("TICK_SECONDS", "0"),
        ("SYNC_SECONDS", "1.5"),
        ("RECONCILE_SECONDS", "-1"),
        ("BACKFILL_DAYS", "many"),
        ("BACKFILL_DAYS", "١٢"),
    ],
)
def test_a_wrong_variable_is_named(tmp_path: Path, name: str, given: str) -> None:
    with pytest.raises(SettingError, match=f"TRUESTOCK_{name}"):
        read(tmp_path, **{name: given})


@pytest.mark.parametrize("name", ["ERP_ORIGIN", "BASE_URL"])
@pytest.mark.parametrize(
    "given",
    [
        "https://*.example.vn",
        "https://erp.example.vn; script-src *",
        "https://erp.example.vn, https://other.example.vn",
        "https://erp.example.vn https://other.example.vn",
        "https://user@erp.vn",
        "https://user:word@erp.vn",
        "https://a b",
        "https://a\tb",
        "https://erp.vn/path",
        "https://erp.vn?x",
        "https://erp.vn#x",
        "https://erp.vn:0",
        "https://erp.vn:99999",
        "https://erp.vn:",
        "https://-erp.vn",
        "https://erp..vn",
        "https://tồn.vn",
        "https://[::1]",
        "https://" + ".".join(["a" * 60] * 5),
        "https://",
        "//erp.vn",
        "'self'",
        "*",
    ],
)
def test_an_address_is_scheme_host_and_port_alone(
    tmp_path: Path, name: str, given: str
) -> None:
    with pytest.raises(SettingError, match=f"TRUESTOCK_{name} is one address such as"):
        read(tmp_path, **{name: given})


def test_no_complaint_repeats_a_secret(tmp_path: Path) -> None:
    with pytest.raises(SettingError) as complaint:
        read(tmp_path, CREDENTIALS_KEY="canary-key")

    assert "canary" not in str(complaint.value)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(SettingError, match=r"TRUESTOCK_VAR.*file/var"):
        read(tmp_path / "file" / "var")


def test_keys_are_made_once_and_only_their_owner_reads_them(tmp_path: Path) -> None:
    first = read(tmp_path)

    second = read(tmp_path)

    assert second.secret_keys == first.secret_keys
    assert second.credentials_keys == first.credentials_keys
    modes = {path.stat().st_mode & 0o777 for path in tmp_path.glob("*.key")}
    assert modes == {0o600}


def test_processes_that_start_together_share_one_key(tmp_path: Path) -> None:
    program = (
        "from daemon.settings import read_settings as read;"
        "s = read(); print(s.secret_keys, s.credentials_keys)"
    )
    started = [
        subprocess.Popen(
            [sys.executable, "-c", program],
            cwd=CHECKOUT,
            env=environment(tmp_path / "var"),
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]

    said = {process.communicate(timeout=30)[0] for process in started}

    assert len(said) == 1
    assert "''" not in said.pop()

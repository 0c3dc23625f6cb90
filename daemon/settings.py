"""Reads the environment, once, at the start; says in a sentence what is wrong."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cryptography.fernet import Fernet
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from connector.registry import channel_names
from daemon.hook_address import Network, read_networks
from daemon.launch_keys import LaunchKey, read_launch_keys
from daemon.own_files import kept_key, socket_path
from daemon.page_address import read_host, read_origin
from daemon.refusals import Refused
from stock.claims import ClaimWindows

PREFIX = "TRUESTOCK_"
LANGUAGES = ("vi", "en")
DATABASES = ("postgresql", "sqlite")
REDIS_SCHEMES = ("redis", "rediss", "unix")
MOST_CLAIM_DAYS = 3650
_ADDRESS_FILE = "address"


class SettingError(Refused):
    """A variable of the environment cannot be used; the text says which and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings of one process; each is described in ``docs/operations.md``."""

    var: Path
    database_url: str
    redis_url: str | None
    """``None``: this installation runs the embedded redis."""
    redis_socket: Path
    """Where the embedded redis listens."""
    secret_keys: tuple[str, ...]
    """The first signs, all verify."""
    credentials_keys: tuple[str, ...]
    base_url: str
    """Address under which people's browsers reach the web page."""
    hosts: Sequence[str]
    """Further names under which the page may be asked for."""
    erp_origin: str | None
    """The one origin that may embed the page."""
    launch_keys: Sequence[LaunchKey]
    """Of those who may open the page in a person's name."""
    proxies: int
    """How many proxies of ours stand before the page and tell who asks."""
    language: str
    time_zone: ZoneInfo
    queue: str
    tick_seconds: int
    sync_seconds: int
    reconcile_seconds: int
    backfill_days: int
    claim_windows: ClaimWindows
    """How long there is to claim for goods, where a channel does not say."""
    hook_networks: Sequence[Network]
    """Inner networks in which endpoints may lie."""

    @property
    def redis_address(self) -> str:
        """The redis to use: the configured one, or the embedded one."""
        return self.redis_url or f"unix://{self.redis_socket}"


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Return the settings.  Raises ``SettingError`` that names the variable.

    Keys that are not given are made once and kept in ``VAR``, readable by the owner
    alone.
    """
    given = _Reader(os.environ if environment is None else environment)
    var = Path(given.text("VAR", "var")).absolute()
    try:
        var.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingError(f"{PREFIX}VAR: {error.strerror}: {var}") from error
    return Settings(
        var=var,
        database_url=given.database_url(f"sqlite:///{var / 'truestock.db'}"),
        redis_url=given.redis_url(),
        redis_socket=socket_path(var),
        secret_keys=given.secret_keys(var),
        credentials_keys=given.credentials_keys(var),
        base_url=given.origin("BASE_URL", _kept_address(var)),
        hosts=given.hosts("HOSTS"),
        erp_origin=given.origin("ERP_ORIGIN", None) or None,
        launch_keys=_launch_keys(given.text("LAUNCH_KEYS", "")),
        proxies=given.number("PROXIES", 0, least=0),
        language=given.choice("LANGUAGE", LANGUAGES),
        time_zone=given.time_zone("TIME_ZONE", "Asia/Ho_Chi_Minh"),
        queue=given.text("QUEUE", "truestock"),
        tick_seconds=given.number("TICK_SECONDS", 5, least=1),
        sync_seconds=given.number("SYNC_SECONDS", 60, least=1),
        reconcile_seconds=given.number("RECONCILE_SECONDS", 900, least=1),
        backfill_days=given.number("BACKFILL_DAYS", 15, least=0),
        claim_windows=_claim_windows(
            given.text("CLAIM_DAYS", "15"),
            near_days=_near_days(given.number("CLAIM_NEAR_DAYS", 3, least=0)),
        ),
        hook_networks=_hook_networks(given.text("HOOK_NETWORKS", "")),
    )


class _Reader:
    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment

    def optional(self, name: str) -> str | None:
        return self._environment.get(PREFIX + name, "").strip() or None

    def text(self, name: str, default: str) -> str:
        return self.optional(name) or default

    def choice(self, name: str, allowed: tuple[str, ...]) -> str:
        value = self.text(name, allowed[0])
        if value not in allowed:
            raise SettingError(f"{PREFIX}{name} is one of {', '.join(allowed)}")
        return value

    def number(self, name: str, default: int, *, least: int) -> int:
        value = self.text(name, str(default))
        if not (value.isascii() and value.isdigit() and int(value) >= least):
            raise SettingError(f"{PREFIX}{name} is a whole number from {least} up")
        return int(value)

    def time_zone(self, name: str, default: str) -> ZoneInfo:
        value = self.text(name, default)
        try:
            return ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError):
            raise SettingError(
                f"{PREFIX}{name} names no time zone: {value!r}"
            ) from None

    def origin(self, name: str, default: str | None) -> str:
        value = self.optional(name) or default
        if value is None:
            return ""
        try:
            return read_origin(value)
        except ValueError:
            raise SettingError(
                f"{PREFIX}{name} is one address such as https://erp.example.com:"
                " scheme, host and port alone, without a wildcard, a user or a path;"
                " write a host with accents as its xn-- name"
            ) from None

    def hosts(self, name: str) -> Sequence[str]:
        try:
            return tuple(read_host(one) for one in _split(self.optional(name)))
        except ValueError:
            raise SettingError(
                f"{PREFIX}{name} is a list of names such as stock.example.com,other:"
                " no scheme, no port, no wildcard"
            ) from None

    def database_url(self, default: str) -> str:
        value = self.text("DATABASE_URL", default)
        try:
            backend = make_url(value).get_backend_name()
        except ArgumentError:
            backend = ""
        if backend not in DATABASES:
            raise SettingError(
                f"{PREFIX}DATABASE_URL is an address such as"
                " postgresql://user:password@host/name or sqlite:////path/name.db"
            )
        return value

    def redis_url(self) -> str | None:
        value = self.optional("REDIS_URL")
        if value is not None and urlsplit(value).scheme not in REDIS_SCHEMES:
            raise SettingError(
                f"{PREFIX}REDIS_URL is an address such as redis://host:6379/0"
                " or unix:///path/redis.sock"
            )
        return value

    def secret_keys(self, var: Path) -> tuple[str, ...]:
        keys = _split(self.optional("SECRET_KEY")) or (
            kept_key(var / "secret.key", secrets.token_urlsafe(32)),
        )
        if any(len(key) < 32 for key in keys):
            raise SettingError(f"{PREFIX}SECRET_KEY has at least 32 characters")
        return keys

    def credentials_keys(self, var: Path) -> tuple[str, ...]:
        keys = _split(self.optional("CREDENTIALS_KEY")) or (
            kept_key(var / "credentials.key", Fernet.generate_key().decode()),
        )
        for key in keys:
            try:
                Fernet(key)
            except ValueError:
                raise SettingError(
                    f"{PREFIX}CREDENTIALS_KEY is URL-safe base64 of 32 bytes;"
                    " several are separated by commas"
                ) from None
        return keys


def keep_address(var: Path, base_url: str) -> None:
    """Remember where ``run`` serves the page, so that other commands' links fit."""
    (var / _ADDRESS_FILE).write_text(base_url, "ascii")


def _kept_address(var: Path) -> str:
    try:
        return (var / _ADDRESS_FILE).read_text("ascii").strip()
    except FileNotFoundError:
        return "http://127.0.0.1:8080"


def _launch_keys(value: str) -> Sequence[LaunchKey]:
    try:
        return read_launch_keys(_split(value))
    except ValueError as error:
        raise SettingError(f"{PREFIX}LAUNCH_KEYS {error}") from None


def _hook_networks(value: str) -> Sequence[Network]:
    try:
        return read_networks(value)
    except ValueError:
        raise SettingError(
            f"{PREFIX}HOOK_NETWORKS is a list of networks such as 10.1.0.0/16,192.0.2.7"
        ) from None


def _claim_windows(value: str, *, near_days: int) -> ClaimWindows:
    windows = ClaimWindows(near_days=near_days)
    for part in _split(value):
        channel, sign, days = (x.strip() for x in part.rpartition("="))
        is_named = bool(channel) == bool(sign)
        if not (is_named and _is_number(days, most=MOST_CLAIM_DAYS)):
            raise SettingError(
                f"{PREFIX}CLAIM_DAYS is a number of days up to {MOST_CLAIM_DAYS}, and"
                " further ones for channels, such as 15,shopee=7,lazada=30"
            )
        if channel:
            _check_channel(channel)
            others = windows.days_by_channel
            windows = replace(windows, days_by_channel={**others, channel: int(days)})
        else:
            windows = replace(windows, default_days=int(days))
    return windows


def _near_days(days: int) -> int:
    if days > MOST_CLAIM_DAYS:
        raise SettingError(f"{PREFIX}CLAIM_NEAR_DAYS is {MOST_CLAIM_DAYS} at most")
    return days


def _check_channel(channel: str) -> None:
    known = channel_names()
    if channel not in known:
        raise SettingError(
            f"{PREFIX}CLAIM_DAYS: there is no channel {channel!r}; known are:"
            f" {', '.join(known)}"
        )


def _is_number(text: str, *, most: int) -> bool:
    return text.isascii() and text.isdigit() and int(text) <= most


def _split(value: str | None) -> tuple[str, ...]:
    return tuple(part.strip() for part in (value or "").split(",") if part.strip())

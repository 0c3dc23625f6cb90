"""Which addresses may be called: none of an inner network, whatever it is called."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from daemon.hook_address import AddressRefused, find_address, read_networks, read_url
from daemon.settings import SettingError, read_settings

WORLD = "8.8.4.4"


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """What names stand for; addresses stand for themselves."""
    known: dict[str, list[str]] = {}
    real = socket.getaddrinfo

    def look_up(host: str, port: int, **more: Any) -> Any:
        if not host.endswith(".vn"):
            return real(host, port, flags=socket.AI_NUMERICHOST, **more)
        if host not in known:
            raise socket.gaierror
        return [answer for one in known[host] for answer in real(one, port, **more)]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return known


def find(url: str, allowed: str = "") -> str:
    """Return the address to connect to."""
    return str(find_address(read_url(url), read_networks(allowed)))


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0177.0.0.1",
        "0x7f.0.0.1",
        "0.0.0.0",
        "10.0.0.8",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "169.254.169.254",
        "224.0.0.1",
        "255.255.255.255",
        "[::1]",
        "[::]",
        "[fe80::1]",
        "[fd00:ec2::254]",
        "[ff02::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:169.254.169.254]",
        "[64:ff9b::a9fe:a9fe]",
        "[2002:7f00:1::]",
    ],
)
@pytest.mark.usefixtures("names")
def test_an_inner_address_is_refused_however_it_is_written(host: str) -> None:
    with pytest.raises(AddressRefused, match="TRUESTOCK_HOOK_NETWORKS"):
        find(f"https://{host}/hook")


@pytest.mark.parametrize(
    "url",
    [
        "ftp://erp.example.vn/",
        "file:///etc/passwd",
        "https://",
        "https:///hook",
        "erp.example.vn/hook",
        "https://user@erp.example.vn/",
        "https://erp.example.vn@127.0.0.1/",
        "https://erp.example.vn:99999/",
        "https://erp.example.vn/#part",
        "https://erp.example.vn/\r\nHost: other",
        "https://erp.example.vn\\@127.0.0.1/",
        "https://erp.example.vn/" + "a" * 1000,
        "https://[::1/",
    ],
)
def test_what_is_no_plain_address_is_refused(url: str) -> None:
    with pytest.raises(AddressRefused):
        read_url(url)


@pytest.mark.usefixtures("names")
@pytest.mark.parametrize("host", [WORLD, "[2606:4700::1]", "[64:ff9b::808:404]"])
def test_the_world_outside_may_be_called(host: str) -> None:
    assert find(f"https://{host}/hook") == host.strip("[]")


def test_a_name_is_what_it_stands_for(names: dict[str, list[str]]) -> None:
    names["erp.example.vn"] = [WORLD]
    assert find("https://erp.example.vn/hook") == WORLD

    names["erp.example.vn"] = ["10.0.0.8"]
    with pytest.raises(AddressRefused):
        find("https://erp.example.vn/hook")


def test_one_inner_address_among_several_is_enough(
    names: dict[str, list[str]],
) -> None:
    names["erp.example.vn"] = [WORLD, "127.0.0.1"]

    with pytest.raises(AddressRefused):
        find("https://erp.example.vn/hook")


def test_a_name_that_nobody_knows_is_refused(names: dict[str, list[str]]) -> None:
    with pytest.raises(AddressRefused, match=r"erp\.example\.vn is not known"):
        find("https://erp.example.vn/hook?token=canary")


@pytest.mark.usefixtures("names")
def test_an_inner_network_can_be_allowed_and_no_more_than_it() -> None:
    assert find("https://10.1.2.3/", "10.1.0.0/16, fd00::/8") == "10.1.2.3"
    assert find("https://[::ffff:10.1.2.3]/", "10.1.0.0/16") == "::ffff:a01:203"

    with pytest.raises(AddressRefused):
        find("https://10.2.2.3/", "10.1.0.0/16, fd00::/8")


@pytest.mark.usefixtures("names")
def test_plain_http_is_for_this_machine_alone_and_only_when_allowed() -> None:
    assert find("http://127.0.0.1:9000/", "127.0.0.0/8") == "127.0.0.1"

    for url, allowed in [
        ("http://127.0.0.1/", ""),
        ("http://10.1.2.3/", "10.0.0.0/8"),
        (f"http://{WORLD}/", ""),
    ]:
        with pytest.raises(AddressRefused):
            find(url, allowed)


def test_a_url_is_called_at_the_judged_address(names: dict[str, list[str]]) -> None:
    names["xn--kho-dma.vn"] = [WORLD]
    target = read_url("https://khoé.vn:8443/hook?key=1")
    address = find_address(target, ())

    assert target.at(address) == f"https://{WORLD}:8443/hook?key=1"
    assert target.authority == f"{target.host}:8443"
    assert target.host.isascii()


def test_a_setting_that_is_no_network_is_refused(tmp_path: object) -> None:
    with pytest.raises(SettingError, match="TRUESTOCK_HOOK_NETWORKS"):
        read_settings(
            {
                "TRUESTOCK_VAR": str(tmp_path),
                "TRUESTOCK_HOOK_NETWORKS": "10.0.0.0/8,everything",
            }
        )

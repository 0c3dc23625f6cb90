"""Which addresses may be called: what a person types must not open our own network.

A name is looked up here and the address that was judged is the one to connect to:
whoever owns the name cannot answer otherwise a moment later.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

LONGEST_URL = 1000
_PORTS = {"https": 443, "http": 80}
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class AddressRefused(Exception):
    """An address may not be called, or is none; the text says why, without secrets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where a URL points."""

    scheme: str
    host: str
    """In ASCII, as certificates and the ``Host`` header spell it."""
    port: int
    path: str
    """With the query."""

    @property
    def is_named(self) -> bool:
        """Whether the host is a name, and not an address itself."""
        try:
            ipaddress.ip_address(self.host)
        except ValueError:
            return True
        return False

    @property
    def authority(self) -> str:
        """Host and port as a request names them."""
        return _authority(self.host, self.port, _PORTS[self.scheme])

    def at(self, address: Address) -> str:
        """Return the URL that reaches this target at an address."""
        place = _authority(str(address), self.port, _PORTS[self.scheme])
        return f"{self.scheme}://{place}{self.path}"


def read_networks(text: str) -> Sequence[Network]:
    """Return the networks in a list separated by commas.  Raises ``ValueError``."""
    return tuple(
        ipaddress.ip_network(part.strip()) for part in text.split(",") if part.strip()
    )


def read_url(url: str) -> Target:
    """Take a URL apart.  Raises ``AddressRefused``."""
    if len(url) > LONGEST_URL or not url.isprintable() or " " in url or "\\" in url:
        raise AddressRefused("that is no address that can be called")
    try:
        parts = urlsplit(url)
        port = parts.port
        host = _ascii_host(parts)
    except ValueError:
        raise AddressRefused("that is no address that can be called") from None
    if parts.scheme not in _PORTS or not host:
        raise AddressRefused("an address begins with https:// and a host")
    if "@" in parts.netloc:
        raise AddressRefused("an address names no user: messages are signed instead")
    if parts.fragment or not f"{parts.path}{parts.query}".isascii():
        raise AddressRefused("an address has no part after # and only plain letters")
    query = f"?{parts.query}" if parts.query else ""
    return Target(
        scheme=parts.scheme,
        host=host,
        port=port or _PORTS[parts.scheme],
        path=f"{parts.path or '/'}{query}",
    )


def find_address(target: Target, allowed: Sequence[Network]) -> Address:
    """Look a target up and return the address to connect to.

    Raises ``AddressRefused`` when any of its addresses is one of an inner network
    that is not in ``allowed``, or when it is plain http and not on this machine.
    """
    addresses = _look_up(target)
    for address in addresses:
        _check(address, allowed)
        if target.scheme == "http" and not _innermost(address).is_loopback:
            raise AddressRefused("plain http is for this machine only: use https")
    return addresses[0]


def _look_up(target: Target) -> Sequence[Address]:
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise AddressRefused(f"the name {target.host} is not known") from None
    return [ipaddress.ip_address(place[0]) for *_, place in found]


def _check(address: Address, allowed: Sequence[Network]) -> None:
    real = _innermost(address)
    if any(real in network for network in allowed):
        return
    is_inner = not real.is_global or real.is_multicast or real.is_reserved
    if is_inner or real.is_unspecified:
        raise AddressRefused(
            f"{real} is an inner address, and TRUESTOCK_HOOK_NETWORKS does not allow it"
        )


def _innermost(address: Address) -> Address:
    """Return the IPv4 address that an IPv6 one carries, where it does."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    carried = address.ipv4_mapped or address.sixtofour
    return carried if carried is not None else address


def _ascii_host(parts: SplitResult) -> str:
    host = parts.hostname or ""
    return host if host.isascii() else host.encode("idna").decode("ascii")


def _authority(host: str, port: int, usual: int) -> str:
    name = f"[{host}]" if ":" in host else host
    return name if port == usual else f"{name}:{port}"

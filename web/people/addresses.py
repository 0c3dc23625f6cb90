"""Knows from where somebody asks, as far as tries are counted."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network

from flask import request

_HOME_BITS = 64
"""Of an IPv6 address; the rest is everybody's own to choose."""


def asking_address() -> str:
    """Return the address that a request comes from; an IPv6 one as its network."""
    text = request.remote_addr or ""
    try:
        address = ip_address(text)
    except ValueError:
        return text
    if not isinstance(address, IPv6Address):
        return text
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ip_network((address, _HOME_BITS), strict=False))

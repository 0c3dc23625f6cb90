"""The sandbox as a set of HTTP servers: one for control, one for each channel."""

from __future__ import annotations

import random
import socket
from collections.abc import Callable, Mapping
from threading import Thread
from typing import TYPE_CHECKING

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from .channel import PORT_OFFSETS, Channel
from .clock import Clock
from .control import control_application
from .gate import Gate
from .haravan import HaravanChannel
from .lazada import LazadaChannel
from .shopee import ShopeeChannel
from .shopify import ShopifyChannel
from .tiki import TikiChannel
from .tiktok import TikTokChannel
from .woocommerce import WoocommerceChannel
from .world import World

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

CHANNELS: tuple[Callable[[World], Channel], ...] = (
    ShopeeChannel,
    LazadaChannel,
    TikTokChannel,
    TikiChannel,
    HaravanChannel,
    ShopifyChannel,
    WoocommerceChannel,
)
"""The channels that are built; health lists exactly these."""

# Below the ports that systems hand out for connections: those come and go, and a block
# of neighbours would rarely be free.
_BLOCKS = range(10_000, 32_000, 10)
_TRIES = 200


class Sandbox:
    """A running sandbox; use it as a context manager or call ``stop``."""

    def __init__(
        self,
        port: int = 0,
        host: str = "127.0.0.1",
        seed: int | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.world = World(seed, clock)
        channels = [build(self.world) for build in CHANNELS]
        self.world.channels = {channel.name: channel for channel in channels}
        offsets = [0, *(PORT_OFFSETS[channel.name] for channel in channels)]
        listening = _listen(host, port, offsets)
        self._host = host
        self.port = int(listening[0].getsockname()[1])
        self.channel_urls: Mapping[str, str] = {
            channel.name: self._url(self.port + PORT_OFFSETS[channel.name])
            for channel in channels
        }
        applications: list[WSGIApplication] = [
            control_application(self.world, self.channel_urls),
            *(Gate(self.world, each, each.application()) for each in channels),
        ]
        self._servers = [
            _serve(host, listener, application)
            for listener, application in zip(listening, applications, strict=True)
        ]
        self._threads = [
            Thread(target=server.serve_forever, args=(0.05,), daemon=True)
            for server in self._servers
        ]

    @property
    def url(self) -> str:
        """The address of the control API."""
        return self._url(self.port)

    def start(self) -> Sandbox:
        """Begin answering."""
        self.world.start()
        for thread in self._threads:
            thread.start()
        return self

    def stop(self) -> None:
        """Stop answering and free the ports."""
        self.world.stop()
        for server, thread in zip(self._servers, self._threads, strict=True):
            # A server that was never started would wait for its own end forever.
            if thread.is_alive():
                server.shutdown()
                thread.join(timeout=5)
            server.server_close()

    def __enter__(self) -> Sandbox:
        return self.start()

    def __exit__(self, *exception: object) -> None:
        self.stop()

    def _url(self, port: int) -> str:
        reachable = "127.0.0.1" if self._host in {"0.0.0.0", ""} else self._host
        return f"http://{reachable}:{port}"


class _QuietHandler(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing: a simulator makes thousands of requests."""


def _serve(
    host: str, listener: socket.socket, application: WSGIApplication
) -> BaseWSGIServer:
    port = int(listener.getsockname()[1])
    server = make_server(
        host,
        port,
        application,
        threaded=True,
        request_handler=_QuietHandler,
        fd=listener.fileno(),
    )
    # The server works on a duplicate.
    listener.close()
    return server


def _listen(host: str, port: int, offsets: list[int]) -> list[socket.socket]:
    if port:
        return _listen_at(host, port, offsets)
    for _ in range(_TRIES):
        try:
            return _listen_at(host, random.choice(_BLOCKS), offsets)
        except OSError:
            continue
    raise OSError("no block of free ports was found")


def _listen_at(host: str, port: int, offsets: list[int]) -> list[socket.socket]:
    listening: list[socket.socket] = []
    try:
        for offset in offsets:
            listening.append(socket.create_server((host, port + offset), backlog=128))
    except OSError:
        for listener in listening:
            listener.close()
        raise
    return listening

"""Opens a connector for a shop that the sandbox plays."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from threading import Thread
from typing import Any, Self, TypeVar

from connector import Connector, MemorySettings, Transport, WebhookRequest
from connector.conformance.sandbox import SandboxWorld

Opened = TypeVar("Opened", bound=Connector)


def present() -> datetime:
    """Return the present moment, as a connector's clock does."""
    return datetime.now(UTC)


def opened(
    kind: type[Opened], world: SandboxWorld, changes: Mapping[str, Any]
) -> Opened:
    """Return a connector with the settings of a world's shop, some of them changed."""
    entered = {**world.settings, **changes}
    settings = MemorySettings(kind.prepare_settings(entered, present()))
    transport = Transport(requests_per_second=1000, deadline_seconds=3)
    return kind(settings, transport, present)


class Postbox:
    """Keeps the webhooks that are sent to ``url``; a context manager."""

    def __init__(self) -> None:
        self.kept: Queue[WebhookRequest] = Queue()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._serving = Thread(target=self._server.serve_forever)
        self.url = f"http://127.0.0.1:{self._server.server_port}/hooks/shop"

    def __enter__(self) -> Self:
        self._serving.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._server.shutdown()
        self._serving.join()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        kept = self.kept

        class Handler(BaseHTTPRequestHandler):
            """Answers as every channel wants it: at once and empty."""

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                url = f"http://{self.headers['Host']}{self.path}"
                headers = dict(self.headers)
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()
                kept.put(WebhookRequest(url=url, headers=headers, body=body))

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing."""

        return Handler

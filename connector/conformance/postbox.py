"""Keeps what a channel sends to a web address on this machine."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Empty, Queue
from threading import Thread
from typing import Self

from connector.values import WebhookRequest

_FIRST_SECONDS = 5.0
_NEXT_SECONDS = 0.2


class Postbox:
    """Answers each message with 200 and keeps it; a context manager.

    ``url`` is the address to give to the channel.
    """

    def __init__(self) -> None:
        self._kept: Queue[WebhookRequest] = Queue()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self._kept))
        self._serving = Thread(target=self._server.serve_forever, args=(0.05,))
        self.url = f"http://127.0.0.1:{self._server.server_port}/hooks/shop"

    def __enter__(self) -> Self:
        self._serving.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._server.shutdown()
        self._serving.join()
        self._server.server_close()

    def take(self) -> list[WebhookRequest]:
        """Return what came in and was not taken yet; waits for the first."""
        taken: list[WebhookRequest] = []
        wait = _FIRST_SECONDS
        while True:
            try:
                taken.append(self._kept.get(timeout=wait))
            except Empty:
                return taken
            wait = _NEXT_SECONDS


def _handler(kept: Queue[WebhookRequest]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
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

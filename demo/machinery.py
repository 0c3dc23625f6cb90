"""Starts what the story needs, each as a process of its own, and stops it again."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import requests

from demo.market import Market

CHECKOUT = Path(__file__).resolve().parent.parent
START_SECONDS = 30.0
STOP_SECONDS = 15.0


class MachineryFailed(Exception):
    """A process did not start or a command was refused; the text says which."""


class Machinery:
    """A sandbox and a Truestock of its own, in a folder that goes away again.

    ``settings`` replace those of the story, by name without the prefix.
    """

    def __init__(self, **settings: str) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="truestock-demo-"))
        self._processes: list[subprocess.Popen[bytes]] = []
        self._logs = self._folder / "logs"
        self._logs.mkdir()
        self._port = _free_port()
        self.web_url = f"http://127.0.0.1:{self._port}"
        self.sandbox_url = ""
        self.environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith("TRUESTOCK_")},
            "PYTHONUNBUFFERED": "1",
            "TRUESTOCK_VAR": str(self._folder / "var"),
            "TRUESTOCK_BASE_URL": self.web_url,
            # The story is short: look every second instead of every minute.
            "TRUESTOCK_TICK_SECONDS": "1",
            "TRUESTOCK_SYNC_SECONDS": "2",
            "TRUESTOCK_RECONCILE_SECONDS": "20",
            **{f"TRUESTOCK_{name}": value for name, value in settings.items()},
        }

    def __enter__(self) -> Self:
        try:
            self._start("sandbox", "sandbox", "--port", "0", "--seed", "7")
            self._start("truestock", "daemon", "run", "--port", str(self._port))
            self.sandbox_url = self._sandbox_address()
            self._wait_for(lambda: _answers(f"{self.web_url}/health"), "the web page")
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._stop()

    def market(self, channel: str) -> Market:
        """One channel of the world outside, with a shop of that name."""
        return Market(self.sandbox_url, channel, shop=f"demo-{channel}")

    def truestock(self, *arguments: str, given: str = "") -> str:
        """Run a command as an admin would and return what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "daemon", *arguments],
            cwd=CHECKOUT,
            env=self.environment,
            input=given,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise MachineryFailed(f"truestock {arguments[0]}: {done.stderr.strip()}")
        return done.stdout

    def read(self, *arguments: str) -> Any:
        """Run a command with ``--json`` and return what it says."""
        return json.loads(self.truestock(*arguments, "--json"))

    def link(self) -> str:
        """Return a fresh link to the form, as the ERP would make one."""
        output = self.truestock("token", "--user", "lan", "--role", "clerk")
        found = re.search(r"https?://\S+", output)
        if found is None:
            raise MachineryFailed(f"truestock token gave no link: {output!r}")
        return found.group()

    def write_file(self, name: str, content: str) -> str:
        """Put a file where commands find it and return its path."""
        path = self._folder / name
        path.write_text(content, "utf-8")
        return str(path)

    def wait(self, is_asked: Callable[[], bool]) -> bool:
        """Wait until something is asked for; raises when a process dies meanwhile."""
        while all(process.poll() is None for process in self._processes):
            if is_asked():
                return True
            time.sleep(0.2)
        raise MachineryFailed("a process has stopped by itself")

    def _sandbox_address(self) -> str:
        log = self._logs / "sandbox.log"
        found: list[str] = []

        def is_ready() -> bool:
            ready = re.search(r"control=(\S+)", log.read_text("utf-8"))
            found.extend(ready.groups() if ready else ())
            return bool(ready)

        self._wait_for(is_ready, "the sandbox")
        return found[0]

    def _start(self, name: str, module: str, *arguments: str) -> None:
        with (self._logs / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", module, *arguments],
                cwd=CHECKOUT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                # Ctrl-C is for us; we tell them.
                start_new_session=True,
            )
        self._processes.append(process)

    def _wait_for(self, is_so: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not is_so():
            dead = [p.args for p in self._processes if p.poll() is not None]
            if dead or time.monotonic() > deadline:
                raise MachineryFailed(f"{what} did not start:\n{self._last_lines()}")
            time.sleep(0.05)

    def _last_lines(self) -> str:
        lines: list[str] = []
        for log in sorted(self._logs.iterdir()):
            lines += log.read_text("utf-8", "replace").splitlines()[-15:]
        return "\n".join(lines)

    def _stop(self) -> None:
        for process in reversed(self._processes):
            process.terminate()
        for process in reversed(self._processes):
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)


def _answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=2).ok
    except requests.RequestException:
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port

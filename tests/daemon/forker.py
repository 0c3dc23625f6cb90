"""Runs commands in children of a process that has imported the house once.

A command is a process of its own, as for an admin, but one that need not spend a second
on imports.  Speaks JSON lines on stdin and stdout.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from typing import IO, Any, NoReturn

from tests.daemon.places import CHECKOUT


class Forker:
    """Starts commands quickly; a context of a whole test run."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.daemon.forker"],
            cwd=CHECKOUT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def run(
        self, arguments: Sequence[str], environment: Mapping[str, str], given: str
    ) -> subprocess.CompletedProcess[str]:
        """Run one command to its end."""
        asked, answers = self._process.stdin, self._process.stdout
        assert asked is not None
        assert answers is not None
        wanted = [list(arguments), dict(environment), given]
        asked.write(json.dumps(wanted) + "\n")
        asked.flush()
        code, out, err = json.loads(answers.readline())
        return subprocess.CompletedProcess(arguments, code, out, err)

    def stop(self) -> None:
        """Let the process end."""
        self._process.communicate(timeout=10)


def serve() -> None:
    """Run what is asked for, one command after the other."""
    from daemon.commands import main, truestock
    from daemon.worker import load_jobs

    load_jobs()
    # The first command brings in what is imported late.
    with tempfile.TemporaryDirectory() as var:
        os.environ["TRUESTOCK_VAR"] = var
        with contextlib.redirect_stdout(sys.stderr):
            truestock.main(["init"], standalone_mode=False)
    for line in sys.stdin:
        arguments, environment, given = json.loads(line)
        with (
            tempfile.TemporaryFile("w+") as asked,
            tempfile.TemporaryFile("w+") as out,
            tempfile.TemporaryFile("w+") as err,
        ):
            asked.write(given)
            asked.seek(0)
            child = os.fork()
            if not child:
                _become(arguments, environment, (asked, out, err))
                _end(main)
            _, status = os.waitpid(child, 0)
            told = [_read(out), _read(err)]
        print(json.dumps([os.waitstatus_to_exitcode(status), *told]), flush=True)


def _become(
    arguments: list[str], environment: dict[str, str], streams: tuple[IO[Any], ...]
) -> None:
    for number, stream in enumerate(streams):
        os.dup2(stream.fileno(), number)
    # What the parent has read ahead is not the child's.
    sys.stdin, sys.stdout, sys.stderr = (
        open(number, mode, encoding="utf-8", closefd=False)  # noqa: SIM115
        for number, mode in enumerate("rww")
    )
    sys.argv = ["truestock", *arguments]
    os.environ.clear()
    os.environ.update(environment)


def _end(main: Callable[[], None]) -> NoReturn:
    code: object = 0
    try:
        main()
    except SystemExit as end:
        code = end.code
    sys.stdout.flush()
    sys.stderr.flush()
    # Not by way of the interpreter's own end, which would tidy up the parent's things.
    os._exit(code if isinstance(code, int) else 0)


def _read(stream: IO[str]) -> str:
    stream.seek(0)
    return stream.read()


if __name__ == "__main__":
    serve()

"""``worker``, ``ticker``, ``run``."""

from __future__ import annotations

import os
import shlex
import signal
import sys
import threading

import click
from honcho.manager import Manager

from daemon.bell import open_bell
from daemon.commands.terminal import office, say
from daemon.embedded_redis import redis_running
from daemon.log import configure_logs
from daemon.refusals import Refused
from daemon.settings import PREFIX, keep_address, read_settings
from daemon.ticker import run_ticker, tick
from daemon.worker import load_jobs, open_worker
from stock.schema import is_current, upgrade


@click.command()
@click.option("--burst", is_flag=True, help="Stop when there is nothing to do.")
def worker(burst: bool) -> None:
    """Run an RQ worker: does the work at shops when the bell rings."""
    settings = read_settings()
    _check_database()
    configure_logs()
    # RQ listens only once it is at work; who is stopped before must stop its redis too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with redis_running(settings) as url:
        load_jobs()
        open_worker(url, settings.queue).work(burst=burst, logging_level="WARNING")


@click.command()
@click.option("--once", is_flag=True, help="Look once and stop.")
def ticker(once: bool) -> None:
    """Run the clock: finds due work and rings, or does it when redis is away."""
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    with office() as desk:
        configure_logs()
        bell = open_bell(desk.settings)
        if once:
            tick(desk, bell)
        else:
            run_ticker(desk, bell, stop)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8080, show_default=True, type=click.IntRange(1, 65535))
@click.option(
    "--workers",
    default=2,
    show_default=True,
    type=click.IntRange(1, 16),
    help="How many shops are worked for at the same time.",
)
def run(host: str, port: int, workers: int) -> None:
    """Run everything on one machine: web page, workers, ticker, embedded redis."""
    settings = read_settings()
    with office(current=False) as desk:
        upgrade(desk.database)
    with redis_running(settings) as url:
        environment = {**os.environ, f"{PREFIX}REDIS_URL": url}
        address = environment.setdefault(f"{PREFIX}BASE_URL", f"http://{host}:{port}")
        keep_address(settings.var, address)
        say(f"Truestock runs on {address} (Ctrl-C stops it).")
        sys.exit(_supervise(host, port, workers, environment))


def _supervise(host: str, port: int, workers: int, environment: dict[str, str]) -> int:
    python = shlex.quote(sys.executable)
    # gunicorn's control socket has one path for all installations of a user.
    options = f"--bind {host}:{port} --threads 8 --no-control-socket"
    serving = f"exec {python} -m gunicorn 'web:create_app()' {options}"
    manager = Manager()
    manager.add_process("web", serving, env=environment)
    for name in (*(f"worker.{n + 1}" for n in range(workers)), "ticker"):
        command = f"exec {python} -m daemon {name.partition('.')[0]}"
        manager.add_process(name, command, env=environment)
    manager.loop()
    return int(manager.returncode or 0)


def _check_database() -> None:
    with office(current=False) as desk:
        if not is_current(desk.database):
            raise Refused(
                "the database is not set up for this version:"
                " run `./truestock init` first"
            )


COMMANDS = (worker, ticker, run)

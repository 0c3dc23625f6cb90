"""Start the sandbox: ``python -m sandbox --port 8800``."""

import argparse
import signal
import sys
from threading import Event

from .servers import Sandbox


def main() -> int:
    """Serve until asked to stop."""
    arguments = _arguments()
    asked_to_stop = Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: asked_to_stop.set())
    try:
        sandbox = Sandbox(arguments.port, arguments.host, arguments.seed)
    except OSError as failure:
        print(f"The sandbox cannot listen: {failure}", file=sys.stderr)
        return 1
    with sandbox:
        channels = " ".join(
            f"{name}={url}" for name, url in sandbox.channel_urls.items()
        )
        print(f"sandbox ready control={sandbox.url} {channels}", flush=True)
        asked_to_stop.wait()
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m sandbox", description="Marketplaces to test against."
    )
    parser.add_argument(
        "--port",
        type=int,
        default=8800,
        help="the control API; channels follow just above (0 finds free ports)",
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--seed", type=int, help="fixes every random choice")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())

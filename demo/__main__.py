"""``make demo``: play the story, check it, and leave the page running."""

from __future__ import annotations

import argparse
import signal
import sys
from types import FrameType

from demo.clerk import ClerkFailed
from demo.machinery import Machinery, MachineryFailed
from demo.screen import Screen
from demo.story import StoryFailed, play, titles


def main() -> int:
    """Return 0 when everything that the story promises was seen to be so."""
    parser = argparse.ArgumentParser(prog="demo", description=__doc__)
    parser.add_argument("--once", action="store_true", help="play, verify, exit")
    once = parser.parse_args().once
    # A plain kill cleans up as Ctrl-C does, and a shell that started us in the
    # background does not take Ctrl-C away.
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, _interrupt)
    screen = Screen(titles())
    try:
        with Machinery() as machinery:
            play(machinery, screen)
            if not once:
                screen.leave_running(machinery.link(), machinery.sandbox_url)
                machinery.wait()
    except (StoryFailed, MachineryFailed, ClerkFailed) as error:
        screen.failed(str(error))
        return 1
    except KeyboardInterrupt:
        screen.say("Stopped, and cleaned up.")
    return 0


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


sys.exit(main())

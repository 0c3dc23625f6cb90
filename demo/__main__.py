"""``make demo``: play the story, check it, and leave the page running."""

from __future__ import annotations

import argparse
import select
import signal
import sys
from types import FrameType

from demo.clerk import ClerkFailed
from demo.machinery import Machinery, MachineryFailed
from demo.screen import Screen
from demo.story import StoryFailed, play, titles

INTERRUPTED = 130
"""As a shell says it: stopped before there was a verdict."""


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
    is_told = False
    try:
        with Machinery() as machinery:
            play(machinery, screen)
            is_told = True
            if not once:
                _leave_running(machinery, screen)
    except (StoryFailed, MachineryFailed, ClerkFailed) as error:
        screen.failed(str(error))
        return 1
    except KeyboardInterrupt:
        screen.say("Stopped, and cleaned up.")
        return 0 if is_told else INTERRUPTED
    return 0


def _leave_running(machinery: Machinery, screen: Screen) -> None:
    screen.leave_running(machinery.link(), machinery.sandbox_url)
    if not sys.stdin.isatty():
        machinery.wait(lambda: False)
        return
    screen.say("Enter makes a new link.")
    while machinery.wait(_is_enter_pressed):
        screen.say(f"  {machinery.link()}")


def _is_enter_pressed() -> bool:
    readable, _, _ = select.select([sys.stdin], [], [], 0)
    # The end of the input is readable for ever, and nobody pressed anything.
    return bool(readable) and bool(sys.stdin.readline())


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


sys.exit(main())

"""The command line: ``./truestock COMMAND`` or ``python -m daemon COMMAND``."""

from __future__ import annotations

import atexit
import gc


def _run() -> None:
    # Loading leaves no garbage, and at the end all of it goes: looking for it both
    # times would take as long as a short command does otherwise.
    gc.disable()
    from daemon.commands import main

    gc.enable()
    atexit.register(gc.freeze)
    main()


_run()

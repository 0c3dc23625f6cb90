"""The command line: ``./truestock COMMAND`` or ``python -m daemon COMMAND``."""

from __future__ import annotations

from daemon.commands import main

main()

"""What the demo prints."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from demo.numbers import Numbers

_TEXT = 46
_COLUMN = 8


class Screen:
    """Prints the story, one line a step, all numbers side by side."""

    def __init__(self, channels: Sequence[str]) -> None:
        self._console = Console(highlight=False, soft_wrap=True)
        self._heads = ("on hand", "ledger", *channels)
        self._widths = [max(_COLUMN, len(head) + 2) for head in self._heads]

    def title(self) -> None:
        """Say what is about to be seen, and head the columns."""
        self._console.print("[bold]Truestock[/]: real stock, never phantom stock.\n")

    def command(self, line: str) -> None:
        """Show a command that an admin would type."""
        self._console.print(Text(f"$ ./truestock {line}", style="dim"))

    def chapter(self, title: str) -> None:
        """Begin a part of the story."""
        self._console.print()
        self._console.print(Text(title, style="bold"))
        self._console.print(Text(" " * _TEXT + self._row(self._heads), style="dim"))

    def step(self, what: str, numbers: Numbers) -> None:
        """Print one thing that happened and all numbers after it."""
        row = self._row((numbers.on_hand, numbers.available, *numbers.shown))
        self._console.print(Text(f"  {what}".ljust(_TEXT) + row))

    def remark(self, text: str) -> None:
        """Add a sentence below a step."""
        self._console.print(Text(f"      {text}", style="cyan"))

    def naive(self, text: str) -> None:
        """Say what a naive sync would have shown."""
        self._console.print(Text(f"      {text}", style="yellow"))

    def verdict(self, checked: list[str]) -> None:
        """Say, in green, what was checked and found true."""
        self._console.print()
        for line in checked:
            self._console.print(Text(f"  ✓ {line}", style="green"))
        self._console.print(
            Text("\n  No phantom stock: every number was checked.", style="bold green")
        )

    def failed(self, why: str) -> None:
        """Say, in red, what was not as it should be."""
        self._console.print(Text(f"\n  ✗ {why}", style="bold red"))

    def leave_running(self, link: str, sandbox: str) -> None:
        """Say where to go on by hand."""
        self._console.print(
            "\nThe page is running; this opens it once, within 5 minutes:"
        )
        self._console.print(f"  {link}")
        self._console.print(f"The sandbox's control API: {sandbox}/_control/health")
        self._console.print("Ctrl-C stops everything and cleans up.")

    def _row(self, cells: Sequence[object]) -> str:
        pairs = zip(cells, self._widths, strict=True)
        return "".join(str(cell).rjust(width) for cell, width in pairs)

    def say(self, text: str) -> None:
        """Print a sentence."""
        self._console.print(text)

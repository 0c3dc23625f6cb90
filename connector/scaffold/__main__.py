"""``python -m connector.scaffold NAME [--title TITLE] [--outside FOLDER]``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from connector.scaffold.writing import CannotWrite, write_inside, write_outside


def main() -> int:
    """Write the files and say what to do next; 1 when they cannot be written."""
    parser = argparse.ArgumentParser(prog="python -m connector.scaffold")
    parser.add_argument("name", help="the channel's name, such as acme")
    parser.add_argument("--title", default="", help="as people write it: Acme Mall")
    parser.add_argument("--outside", type=Path, help="a folder for a distribution")
    asked = parser.parse_args()
    title = asked.title or asked.name.replace("_", " ").title()
    try:
        if asked.outside is None:
            written = write_inside(Path.cwd(), asked.name, title)
            tests = f"tests/connector/{asked.name}"
            run = f"make test ARGS={tests}"
        else:
            written = write_outside(asked.outside, asked.name, title)
            run = f"pip install -e {asked.outside} && pytest {asked.outside}"
    except CannotWrite as error:
        print(f"scaffold: {error}", file=sys.stderr)
        return 1
    for path in written:
        print(f"wrote {path}")
    print(f"It runs already: {run}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

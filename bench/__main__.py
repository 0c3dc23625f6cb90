"""``python -m bench``: prints how fast we are beside bare SQL, as ratios."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.measure import Row
from bench.rows import postgresql_rows, sqlite_rows
from tests.postgresql import running


def main() -> int:
    """Measure all rows; 1 when one misses its target."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON at the end")
    parser.add_argument("--only", choices=["sqlite", "postgresql"])
    options = parser.parse_args()
    rows = []
    for row in _measure(options.only):
        rows.append(row)
        if not options.json:
            print(row, flush=True)
    if options.json:
        print(json.dumps([_as_json(row) for row in rows], indent=2))
    return 0 if all(row.reached for row in rows) else 1


def _measure(only: str | None) -> Iterator[Row]:
    if only != "sqlite":
        with running(durable=True) as server:
            yield from postgresql_rows(server)
    if only != "postgresql":
        with tempfile.TemporaryDirectory() as folder:
            yield from sqlite_rows(Path(folder))


def _as_json(row: Row) -> dict[str, object]:
    return {
        "name": row.name,
        "ratio": round(row.median, 3),
        "lowest": round(min(row.ratios), 3),
        "highest": round(max(row.ratios), 3),
        "target": row.target,
        "reached": row.reached,
    }


if __name__ == "__main__":
    sys.exit(main())

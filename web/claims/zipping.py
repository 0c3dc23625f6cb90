"""Writes evidence packs: the same facts give the same bytes, on any machine."""

from __future__ import annotations

import hashlib
import json
import re
import tempfile
import unicodedata
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO
from typing import IO
from zipfile import ZIP_STORED, ZipFile, ZipInfo

MANIFEST = "SHA256SUMS"
SPOOLED_BYTES = 4 * 1024 * 1024
"""A larger pack waits in a file that goes with the answer."""

# The earliest moment that the format knows; a pack tells times in its files.
_MOMENT = (1980, 1, 1, 0, 0, 0)
_UNIX = 3
_READABLE = 0o100644 << 16
_UNSAFE = re.compile(r"[^A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack that was written, and the hash of the list of its files."""

    file: IO[bytes]
    size: int
    manifest_hash: str
    files: int

    def ready(self) -> IO[bytes]:
        """Return the pack from its start; a small one needs no file to be closed."""
        self.file.seek(0)
        if self.size > SPOOLED_BYTES:
            return self.file
        with self.file:
            return BytesIO(self.file.read())


def write_pack(files: Iterable[tuple[str, bytes]]) -> Pack:
    """Write files into a ZIP in the order in which they come, and their hashes last.

    One of them is held at a time.  Nothing is compressed: photos are already, and two
    versions of a library need not compress alike.
    """
    sums = []
    with ExitStack() as undone:
        target = undone.enter_context(tempfile.SpooledTemporaryFile(SPOOLED_BYTES))
        with ZipFile(target, "w", ZIP_STORED) as zip_file:
            for name, content in files:
                sums.append(f"{hashlib.sha256(content).hexdigest()}  {name}\n")
                zip_file.writestr(_entry(name), content)
            manifest = "".join(sums).encode()
            zip_file.writestr(_entry(MANIFEST), manifest)
        size = target.tell()
        # From here on it is the caller's to close.
        undone.pop_all()
    return Pack(target, size, hashlib.sha256(manifest).hexdigest(), len(sums))


def as_json(facts: object, **more: object) -> bytes:
    """Return facts as a JSON file that reads the same each time."""
    body = {**asdict(facts), **more}  # type: ignore[call-overload]
    text = json.dumps(
        body, default=_plain, ensure_ascii=False, indent=1, sort_keys=True
    )
    return f"{text}\n".encode()


def safe_name(text: str, *, most: int = 60) -> str:
    """Return a text as a part of a file's name, on any system."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return _UNSAFE.sub("-", plain).strip("-_")[:most] or "order"


def _entry(name: str) -> ZipInfo:
    entry = ZipInfo(name, date_time=_MOMENT)
    entry.compress_type = ZIP_STORED
    entry.create_system = _UNIX
    entry.external_attr = _READABLE
    return entry


def _plain(value: object) -> object:
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="seconds")
        case Decimal():
            return f"{value.normalize():f}"
        case Mapping():
            return dict(value)
    raise TypeError(f"{type(value).__name__} is no fact of a pack")

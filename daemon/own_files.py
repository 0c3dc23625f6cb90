"""What an installation keeps beside its database: made once, for its owner alone."""

from __future__ import annotations

import hashlib
import os
import tempfile
from contextlib import suppress
from pathlib import Path

_LONGEST_SOCKET_PATH = 100


def socket_path(var: Path) -> Path:
    """Return where the embedded redis of an installation listens."""
    path = var / "redis.sock"
    if len(str(path)) <= _LONGEST_SOCKET_PATH:
        return path
    # The kernel takes short socket addresses only.
    digest = hashlib.sha256(str(var).encode()).hexdigest()[:16]
    folder = Path(tempfile.gettempdir()) / f"truestock-{os.getuid()}-{digest}"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder / "redis.sock"


def kept_key(path: Path, fresh: str) -> str:
    """Return the key that a file holds; without one, ``fresh`` is kept there."""
    if not path.exists():
        _keep(path, fresh)
    return path.read_text("ascii").strip()


def _keep(path: Path, text: str) -> None:
    # The file appears whole: of two processes that start at once, one keeps its key and
    # the other reads it.
    handle, made = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(text)
        with suppress(FileExistsError):
            os.link(made, path)
    finally:
        os.unlink(made)

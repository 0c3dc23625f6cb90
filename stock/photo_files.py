"""Keeps photos as files, each named by the digest of its content."""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_DIGEST = re.compile(r"[0-9a-f]{64}\Z")


class PhotoFileMissing(Exception):
    """There is no file of this digest, or its content is no longer what was stored."""

    def __init__(self, sha256: str) -> None:
        self.sha256 = sha256
        super().__init__(f"the file of photo {sha256} is missing or was altered")


class PhotoFiles:
    """One folder of photos, readable by its owner alone.

    The same content is stored once, however many records name it.  Safe to use from
    several threads and processes of one machine.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def store(self, content: bytes) -> str:
        """Keep a photo for good and return the digest under which it is found."""
        sha256 = hashlib.sha256(content).hexdigest()
        if not self.path(sha256).exists():
            _write(self.path(sha256), content)
        return sha256

    def store_small(self, sha256: str, content: bytes) -> None:
        """Keep a photo's thumbnail beside it."""
        if not self._small_path(sha256).exists():
            _write(self._small_path(sha256), content)

    def read(self, sha256: str) -> bytes:
        """Return a photo, proved against its digest.  Raises ``PhotoFileMissing``."""
        try:
            content = self.path(sha256).read_bytes()
        except FileNotFoundError:
            raise PhotoFileMissing(sha256) from None
        if hashlib.sha256(content).hexdigest() != sha256:
            raise PhotoFileMissing(sha256)
        return content

    def read_small(self, sha256: str) -> bytes:
        """Return a photo's thumbnail, or the photo where there is none.

        Raises ``PhotoFileMissing``.
        """
        try:
            return self._small_path(sha256).read_bytes()
        except FileNotFoundError:
            return self.read(sha256)

    def remove(self, sha256: str) -> None:
        """Remove a photo that no record names any more; hold the folder meanwhile."""
        for path in (self.path(sha256), self._small_path(sha256)):
            with suppress(FileNotFoundError):
                path.unlink()

    def path(self, sha256: str) -> Path:
        """Return where a photo is, or would be.  ``ValueError``: this is no digest."""
        if not _DIGEST.match(sha256):
            raise ValueError("a photo is named by the 64 hex digits of its digest")
        return self.folder / sha256[:2] / f"{sha256}.jpg"

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep everybody else from adding or removing files.

        A file is stored before its record is, and removed after it: between the two
        nobody else may judge whether it is needed.
        """
        _make_folder(self.folder)
        handle = os.open(self.folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def _small_path(self, sha256: str) -> Path:
        return self.path(sha256).with_suffix(".small.jpg")


def _write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all, and so that it outlives a power cut."""
    for folder in (path.parent.parent, path.parent):
        _make_folder(folder)
    passing = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    handle = os.open(passing, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        passing.replace(path)
    except OSError:
        passing.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _make_folder(folder: Path) -> None:
    if folder.is_dir():
        return
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

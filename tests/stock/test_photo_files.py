"""Photos are files that are whole or not there, and that nobody else can read."""

from __future__ import annotations

import hashlib
import os
import stat
import threading
from pathlib import Path

import pytest

from stock.photo_files import PhotoFileMissing, PhotoFiles

CONTENT = b"what a camera saw"
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def files(tmp_path: Path) -> PhotoFiles:
    return PhotoFiles(tmp_path / "photos")


def everything(files: PhotoFiles) -> list[str]:
    return sorted(
        path.relative_to(files.folder).as_posix()
        for path in files.folder.rglob("*")
        if path.is_file()
    )


def test_a_photo_is_found_by_the_digest_of_its_content(files: PhotoFiles) -> None:
    assert files.store(CONTENT) == SHA256
    assert everything(files) == [f"{SHA256[:2]}/{SHA256}.jpg"]
    assert files.read(SHA256) == CONTENT


def test_the_same_content_is_stored_once(files: PhotoFiles) -> None:
    files.store(CONTENT)
    before = files.path(SHA256).stat()
    files.store(CONTENT)
    after = files.path(SHA256).stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert len(everything(files)) == 1


def test_photos_are_readable_by_their_owner_alone(files: PhotoFiles) -> None:
    files.store(CONTENT)
    files.store_small(SHA256, b"small")
    for path in [files.folder, *files.folder.rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_a_photo_without_a_thumbnail_is_its_own(files: PhotoFiles) -> None:
    files.store(CONTENT)
    assert files.read_small(SHA256) == CONTENT
    files.store_small(SHA256, b"small")
    assert files.read_small(SHA256) == b"small"


def test_a_file_that_was_altered_is_not_shown_as_evidence(files: PhotoFiles) -> None:
    files.store(CONTENT)
    files.path(SHA256).write_bytes(b"something else")
    with pytest.raises(PhotoFileMissing):
        files.read(SHA256)


def test_a_file_that_is_gone_is_missing(files: PhotoFiles) -> None:
    files.store(CONTENT)
    files.store_small(SHA256, b"small")
    files.remove(SHA256)
    files.remove(SHA256)
    assert everything(files) == []
    with pytest.raises(PhotoFileMissing):
        files.read_small(SHA256)


@pytest.mark.parametrize(
    "name", ["", "../../etc/passwd", "A" * 64, "a" * 63, "a" * 64 + "\n", "a/" * 32]
)
def test_only_a_digest_names_a_file(files: PhotoFiles, name: str) -> None:
    with pytest.raises(ValueError, match="64 hex digits"):
        files.path(name)


def test_a_write_that_fails_leaves_nothing_behind(
    files: PhotoFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_space(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    files.store(b"first")
    monkeypatch.setattr(os, "fsync", no_space)
    with pytest.raises(OSError, match="No space"):
        files.store(CONTENT)
    assert everything(files) == [everything(files)[0]]
    assert not files.path(SHA256).exists()


def test_while_one_holds_the_folder_another_waits(files: PhotoFiles) -> None:
    seen = []

    def hold() -> None:
        with files.held():
            seen.append("second")

    other = threading.Thread(target=hold)
    with files.held():
        other.start()
        other.join(0.05)
        seen.append("first")
    other.join()
    assert seen == ["first", "second"]

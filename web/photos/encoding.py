"""Makes a picture of ours out of whatever somebody sends as a photo.

Nothing of the sent file is kept but what can be seen: it is decoded, turned upright,
made smaller and encoded anew, so that neither a place nor a foreign file rides along.
"""

from __future__ import annotations

import struct
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from types import MappingProxyType

from PIL import Image, ImageOps, UnidentifiedImageError

LONGEST_SIDE = 2000
LONGEST_SMALL_SIDE = 320
QUALITY = 80
SMALL_QUALITY = 70
MOST_PIXELS: Mapping[str, int] = MappingProxyType(
    {
        # What a phone's camera makes; a JPEG is made smaller while it is read.
        "JPEG": 85_000_000,
        # These are held in memory whole.
        "PNG": 24_000_000,
        "WEBP": 24_000_000,
    }
)
MOST_PROGRESSIVE_PIXELS = 30_000_000
MOST_SCANS = 100
"""Passes of a progressive JPEG; each costs as much as a picture."""

_START_OF_SCAN = b"\xff\xda"
_HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1")
_UNREADABLE = (
    EOFError,
    IndexError,
    KeyError,
    MemoryError,
    OSError,
    OverflowError,
    SyntaxError,
    TypeError,
    ValueError,
    ZeroDivisionError,
    struct.error,
)
_DECODING = threading.BoundedSemaphore(2)
"""Big pictures are decoded two at a time, so that memory has a bound."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoded:
    """A picture of ours: JPEG, without anything but the picture."""

    content: bytes
    small: bytes
    """The same as a thumbnail."""
    width: int
    height: int


class PhotoRefused(Exception):
    """A file is no photo that we take."""


class NoPhoto(PhotoRefused):
    """A file is not a picture in one of our formats, or cannot be read to its end."""


class HeicPhoto(PhotoRefused):
    """A file is in the format of Apple's cameras, which we cannot read."""


class PhotoTooLarge(PhotoRefused):
    """A picture would take too much memory or time to read."""


def encode(upload: bytes) -> Encoded:
    """Return a picture of ours for a sent file.  Raises ``PhotoRefused``."""
    if upload[4:8] == b"ftyp" and upload[8:12] in _HEIC_BRANDS:
        raise HeicPhoto
    with _DECODING:
        try:
            return _encode(upload)
        except (Image.DecompressionBombError, Image.DecompressionBombWarning):
            raise PhotoTooLarge from None
        except UnidentifiedImageError:
            raise NoPhoto from None
        except _UNREADABLE:
            raise NoPhoto from None


def _encode(upload: bytes) -> Encoded:
    with Image.open(BytesIO(upload), formats=tuple(MOST_PIXELS)) as sent:
        _check_size(sent, upload)
        # Reads a JPEG at a half, a quarter or an eighth of its size.
        sent.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        # Before the picture is turned: a smaller one is turned with less memory.
        sent.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        picture = _bare(ImageOps.exif_transpose(sent))
    small = picture.copy()
    small.thumbnail((LONGEST_SMALL_SIDE, LONGEST_SMALL_SIDE))
    return Encoded(
        content=_jpeg(picture, QUALITY),
        small=_jpeg(small, SMALL_QUALITY),
        width=picture.width,
        height=picture.height,
    )


def _check_size(sent: Image.Image, upload: bytes) -> None:
    pixels = sent.width * sent.height
    if pixels > MOST_PIXELS[sent.format or ""]:
        raise PhotoTooLarge
    if sent.info.get("progressive") and (
        pixels > MOST_PROGRESSIVE_PIXELS or upload.count(_START_OF_SCAN) > MOST_SCANS
    ):
        raise PhotoTooLarge


def _bare(sent: Image.Image) -> Image.Image:
    """Return the pixels alone, on white where they are transparent."""
    bare = Image.new("RGB", sent.size, "white")
    if sent.has_transparency_data:
        with_alpha = sent.convert("RGBA")
        bare.paste(with_alpha, mask=with_alpha)
    else:
        bare.paste(sent.convert("RGB"))
    return bare


def _jpeg(picture: Image.Image, quality: int) -> bytes:
    written = BytesIO()
    picture.save(written, "JPEG", quality=quality, optimize=True)
    return written.getvalue()

"""Pictures as phones and attackers send them, made here."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

from PIL import Image, ImageDraw
from PIL.TiffImagePlugin import IFDRational

GPS_INFO = 0x8825
ORIENTATION = 0x0112
MAKER = 0x010F
SECRET_MAKER = "SecretPhoneOfLan"


def picture(width: int = 60, height: int = 40, kind: str = "JPEG") -> bytes:
    """Return a picture whose left half is red and whose right half is blue."""
    return _written(_two_halves(width, height), kind)


def located(width: int = 60, height: int = 40, *, orientation: int = 1) -> bytes:
    """Return a photo that tells where, with what, and which way up it was taken."""
    image = _two_halves(width, height)
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    exif[MAKER] = SECRET_MAKER
    degrees = tuple(IFDRational(n) for n in (10, 46, 37))
    exif.get_ifd(GPS_INFO).update({1: "N", 2: degrees, 3: "E", 4: degrees})
    written = BytesIO()
    image.save(written, "JPEG", exif=exif, comment=b"a private comment", dpi=(72, 72))
    return written.getvalue()


def transparent() -> bytes:
    """Return a PNG that is all but invisible."""
    return _written(Image.new("RGBA", (30, 30), (0, 0, 0, 0)), "PNG")


def bomb(width: int = 60_000, height: int = 60_000) -> bytes:
    """Return a PNG of some kilobytes that claims to be a picture of gigabytes."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(bytes(1_000_000), 9)
    chunks = ((b"IHDR", header), (b"IDAT", pixels), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*chunk) for chunk in chunks)


def endless_scans() -> bytes:
    """Return a small progressive JPEG that makes its reader pass over it for long."""
    written = BytesIO()
    _two_halves(600, 400).save(written, "JPEG", progressive=True)
    whole = written.getvalue()
    at = whole.rindex(b"\xff\xda")
    last_scan = whole[at:-2]
    return whole[:-2] + last_scan * 200 + b"\xff\xd9"


def polyglot() -> bytes:
    """Return a photo that is a page with a script and an archive as well."""
    written = BytesIO()
    script = b"<html><script>alert(document.domain)</script>"
    _two_halves(60, 40).save(written, "JPEG", comment=script)
    return written.getvalue() + b"PK\x03\x04" + script


HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(200)


def _two_halves(width: int, height: int) -> Image.Image:
    image = Image.new("RGB", (width, height), "red")
    ImageDraw.Draw(image).rectangle((width // 2, 0, width, height), fill="blue")
    return image


def _written(image: Image.Image, kind: str) -> bytes:
    written = BytesIO()
    image.save(written, kind)
    return written.getvalue()


def _chunk(name: bytes, body: bytes) -> bytes:
    checked = name + body
    size = struct.pack(">I", len(body))
    return size + checked + struct.pack(">I", zlib.crc32(checked))

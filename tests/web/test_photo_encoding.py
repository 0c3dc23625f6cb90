"""Of a sent photo the picture alone is kept, and nothing sent can hurt."""

from __future__ import annotations

import resource
from io import BytesIO

import pytest
from PIL import Image

from tests.web import pictures
from web.photos.encoding import (
    LONGEST_SIDE,
    HeicPhoto,
    NoPhoto,
    PhotoRefused,
    PhotoTooLarge,
    encode,
)


def opened(content: bytes) -> Image.Image:
    image = Image.open(BytesIO(content))
    image.load()
    return image


def is_red(image: Image.Image, x: int, y: int) -> bool:
    pixel = image.getpixel((x, y))
    assert isinstance(pixel, tuple)
    return pixel[0] > 200 and pixel[2] < 60


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_photos_of_each_format_become_a_jpeg(kind: str) -> None:
    encoded = encode(pictures.picture(kind=kind))
    image = opened(encoded.content)
    assert (image.format, image.size) == ("JPEG", (60, 40))
    assert (encoded.width, encoded.height) == (60, 40)
    assert is_red(image, 5, 20) and not is_red(image, 55, 20)
    assert opened(encoded.small).size == (60, 40)


def test_where_it_was_taken_and_with_what_is_gone() -> None:
    sent = pictures.located()
    assert opened(sent).getexif().get_ifd(pictures.GPS_INFO)
    assert pictures.SECRET_MAKER.encode() in sent
    encoded = encode(sent)
    for content in (encoded.content, encoded.small):
        image = opened(content)
        assert dict(image.getexif()) == {}
        assert {"exif", "comment", "icc_profile", "xmp"} & image.info.keys() == set()
        assert b"Exif" not in content and b"private" not in content
        assert pictures.SECRET_MAKER.encode() not in content


@pytest.mark.parametrize(
    ("orientation", "red_at"),
    [(1, (5, 20)), (3, (55, 20)), (6, (20, 5)), (8, (20, 55))],
)
def test_a_photo_is_turned_upright(orientation: int, red_at: tuple[int, int]) -> None:
    encoded = encode(pictures.located(orientation=orientation))
    image = opened(encoded.content)
    assert image.size == ((60, 40) if orientation < 5 else (40, 60))
    assert (encoded.width, encoded.height) == image.size
    assert is_red(image, *red_at)


def test_a_large_photo_becomes_smaller_and_keeps_its_shape() -> None:
    encoded = encode(pictures.picture(4200, 2100))
    assert (encoded.width, encoded.height) == (LONGEST_SIDE, 1000)
    assert max(opened(encoded.small).size) == 320


def test_what_is_transparent_is_white() -> None:
    assert opened(encode(pictures.transparent()).content).getpixel((5, 5)) == (
        255,
        255,
        255,
    )


def test_a_file_that_is_more_than_a_photo_is_a_photo_afterwards() -> None:
    content = encode(pictures.polyglot()).content
    assert b"script" not in content and b"PK\x03\x04" not in content
    assert content.endswith(b"\xff\xd9")


def test_the_same_photo_is_encoded_the_same() -> None:
    assert encode(pictures.picture()) == encode(pictures.picture())


@pytest.mark.parametrize(
    ("sent", "refusal"),
    [
        (pictures.HEIC, HeicPhoto),
        (b"", NoPhoto),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", NoPhoto),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", NoPhoto),
        (b"GIF89a" + bytes(100), NoPhoto),
        (pictures.picture(600, 400)[:900], NoPhoto),
        (pictures.picture(kind="GIF"), NoPhoto),
        (pictures.picture(kind="BMP"), NoPhoto),
        (pictures.picture(kind="TIFF"), NoPhoto),
        (pictures.endless_scans(), PhotoTooLarge),
    ],
    ids=[
        "heic",
        "empty",
        "svg",
        "postscript",
        "broken",
        "cut off",
        "gif",
        "bmp",
        "tiff",
        "scans",
    ],
)
def test_what_is_no_photo_is_refused(sent: bytes, refusal: type[PhotoRefused]) -> None:
    with pytest.raises(refusal):
        encode(sent)


@pytest.mark.parametrize("side", [5_000, 60_000])
def test_a_picture_of_gigabytes_is_refused_before_it_is_read(side: int) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(PhotoTooLarge):
        encode(pictures.bomb(side, side))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000

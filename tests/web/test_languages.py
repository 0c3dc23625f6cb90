"""Every text has its Vietnamese, and none is left over."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import web
from tests.web.seller import Seller
from tests.web.visitor import Visitor

ROOM = Path(web.__file__).parent
PLACES = [("**.py", "python"), ("templates/**.html", "jinja2")]
KEYWORDS = {
    "_": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
}
PLACEHOLDER = re.compile(r"%\(\w+\)s|%\(\w+\)d")


def texts_of_the_code() -> set[str]:
    found = extract_from_dir(ROOM, method_map=PLACES, keywords=KEYWORDS)
    ids = [message for _, _, message, _, _ in found]
    return {i[0] if isinstance(i, tuple) else i for i in ids}


@pytest.fixture(scope="module")
def catalogue() -> Catalog:
    place = ROOM / "translations" / "vi" / "LC_MESSAGES" / "messages.po"
    with place.open("rb") as file:
        return read_po(file, locale="vi")


def test_every_text_has_its_vietnamese(catalogue: Catalog) -> None:
    texts = texts_of_the_code()
    assert len(texts) > 150
    missing = [text for text in texts if not _translation(catalogue, text)]
    assert missing == []


def test_no_translation_is_left_over(catalogue: Catalog) -> None:
    known = {_first(message.id) for message in catalogue if message.id}
    assert known - texts_of_the_code() == set()


def test_translations_keep_the_placeholders(catalogue: Catalog) -> None:
    for message in catalogue:
        if message.id:
            told = set(PLACEHOLDER.findall(_first(message.string)))
            assert told == set(PLACEHOLDER.findall(_first(message.id))), message.id


def test_the_language_goes_along_with_every_link(
    seller: Seller, clerk: Visitor
) -> None:
    order_id = seller.order("A1")
    page = clerk.get(lang="en").text
    assert '<html lang="en">' in page and "Goods to come back" in page
    assert f"orders/{order_id}/receipt?return=1&amp;lang=en" in page
    assert '<html lang="vi">' in clerk.get().text
    assert "lang=" not in clerk.get(q="A1").location
    assert "lang=en" in clerk.get(q="A1", lang="en").location


def test_a_form_answers_in_its_language(seller: Seller, clerk: Visitor) -> None:
    order_id = seller.order("A1")
    page = clerk.client.post(
        f"{clerk.desk}orders/{order_id}/receipt?lang=en", data={"key": "x"}
    )
    assert "Nothing was booked" in page.text


def _translation(catalogue: Catalog, text: str) -> str:
    message = catalogue.get(text)
    if message is None or message.fuzzy:
        return ""
    return _first(message.string)


def _first(text: object) -> str:
    return str(text[0] if isinstance(text, list | tuple) else text)

"""Speaks the reader's language: Vietnamese first, English on request."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from urllib.parse import urlencode

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask, has_request_context, request
from flask_babel import (  # type: ignore[import-untyped]
    Babel,
    Domain,
    get_locale,
)
from flask_babel import gettext as _gettext
from flask_babel import lazy_gettext as _lazy_gettext
from flask_babel import ngettext as _ngettext

from daemon.settings import LANGUAGES

NAMES = {"vi": "Tiếng Việt", "en": "English"}
SOURCE_LANGUAGE = "en"
"""The language of the texts in the code; it needs no catalogue."""

_TRANSLATIONS = Path(__file__).parent / "translations"


def gettext(text: str, **values: object) -> str:
    """Return a text in the reader's language."""
    return str(_gettext(text, **values))


def ngettext(one: str, many: str, num: int, **values: object) -> str:
    """Return the text for a number of things in the reader's language."""
    return str(_ngettext(one, many, num, **values))


def lazy_gettext(text: str) -> object:
    """Return something that becomes a text when it is shown to a reader."""
    marked: object = _lazy_gettext(text)
    return marked


def install_languages(app: Flask, default: str) -> None:
    """Serve all languages; an address may ask for another than ``default``."""
    babel = Babel()
    # Catalogues are compiled here, in memory: a fresh clone needs no build step.
    babel.__dict__["domain_instance"] = _Catalogues()
    babel.init_app(app, default_locale=default, locale_selector=_choose(default))

    app.jinja_env.globals.update(
        language=current_language, other_languages=other_languages
    )


def current_language() -> str:
    """Return the language of this page, as HTML names it."""
    locale = get_locale()
    return str(locale.language) if locale else SOURCE_LANGUAGE


def asked_language() -> str | None:
    """Return the language that the address asks for, if it does."""
    asked = request.args.get("lang", "") if has_request_context() else ""
    return asked if asked in LANGUAGES else None


def other_languages() -> list[tuple[str, str, str]]:
    """Return code, name and address of this page in each other language."""
    if request.method != "GET":
        return []
    kept = {k: v for k, v in request.args.items() if k not in ("lang", "token")}
    return [
        (code, NAMES[code], "?" + urlencode({**kept, "lang": code}))
        for code in LANGUAGES
        if code != current_language()
    ]


def load_catalogue(language: str) -> NullTranslations:
    """Compile the catalogue of a language."""
    if language == SOURCE_LANGUAGE:
        return NullTranslations()
    place = _TRANSLATIONS / language / "LC_MESSAGES" / "messages.po"
    with place.open("rb") as file:
        catalogue = read_po(file, locale=Locale.parse(language))
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)


class _Catalogues(Domain):  # type: ignore[misc]
    def __init__(self) -> None:
        super().__init__()
        self._compiled = {language: load_catalogue(language) for language in LANGUAGES}

    def get_translations(self) -> NullTranslations:
        return self._compiled[current_language()]


def _choose(default: str) -> Callable[[], str]:
    return lambda: asked_language() or default

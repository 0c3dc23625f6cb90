"""What people fill in: the return receipt, its boards, and the channels' webhooks."""

from __future__ import annotations

from flask import Flask

from daemon.bell import Bell, open_bell
from daemon.settings import Settings, read_settings
from stock.session import Database
from web import (
    board_file,
    card,
    drift,
    found,
    health,
    hooks,
    opening,
    orders,
    receipts,
    results,
    returns,
    reversals,
    stocktakes,
    write_offs,
)
from web.card_words import install_card_words
from web.desk import Clock, Desk, install_desk, utc_now
from web.error_pages import QuietFlask, install_error_pages
from web.formats import install_formats
from web.headers import install_headers
from web.language import install_languages
from web.routing import install_routing
from web.skus import install_skus
from web.words import install_words

LARGEST_REQUEST_BYTES = 256 * 1024
LARGEST_FORM_BYTES = 128 * 1024


def create_app(
    settings: Settings | None = None,
    *,
    database: Database | None = None,
    bell: Bell | None = None,
    now: Clock = utc_now,
) -> Flask:
    """Return the web page; without arguments it follows the environment.

    The database must have been made by ``./truestock init`` before.
    """
    settings = settings or read_settings()
    app = QuietFlask(__name__)
    app.config.update(
        MAX_CONTENT_LENGTH=LARGEST_REQUEST_BYTES,
        MAX_FORM_MEMORY_SIZE=LARGEST_FORM_BYTES,
    )
    install_desk(
        app,
        Desk(
            settings=settings,
            database=database or Database(settings.database_url),
            bell=bell or open_bell(settings),
            now=now,
        ),
    )
    install_routing(app)
    install_languages(app, settings.language)
    install_formats(app)
    install_words(app)
    install_skus(app)
    install_card_words(app)
    install_headers(app, settings.erp_origin)
    install_error_pages(app)
    for room in (health, hooks, opening, returns, receipts, results, orders):
        app.register_blueprint(room.blueprint)
    for room in (card, stocktakes, drift, reversals):
        app.register_blueprint(room.blueprint)
    for room in (board_file, write_offs, found):
        app.register_blueprint(room.blueprint)
    return app

"""What people fill in: the return receipt, its boards, and the channels' webhooks."""

from __future__ import annotations

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from daemon.bell import Bell, open_bell
from daemon.settings import SettingError, Settings, read_settings
from stock.session import Database
from web import (
    board_file,
    board_sums,
    card,
    counts,
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
from web.admin.rooms import install_admin
from web.api import install_api
from web.board_sums import install_sums
from web.card_words import install_card_words
from web.claims import forms as claim_forms
from web.claims import lists as claim_lists
from web.claims import packs as claim_packs
from web.claims import pages as claim_pages
from web.claims.words import install_claim_words
from web.desk import Clock, Desk, install_desk, utc_now
from web.error_pages import QuietFlask, install_error_pages
from web.error_words import install_error_words
from web.formats import install_formats
from web.frames import install_frames
from web.headers import install_headers
from web.hosts import install_hosts
from web.language import install_languages
from web.orphans import decisions as orphan_decisions
from web.orphans import pages as orphan_pages
from web.people import login, password
from web.photos import pages as photo_pages
from web.routing import install_routing
from web.sheets import blueprint as sheets
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

    The database must have been made by ``./truestock init`` before.  Raises
    ``SettingError``, also where Flask's debugging is on.
    """
    settings = settings or read_settings()
    app = QuietFlask(__name__)
    if app.debug:
        # It shows strangers the code and what it holds, and lets them run their own.
        raise SettingError("FLASK_DEBUG is never for this page: unset it and start")
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
    if settings.proxies:
        count = settings.proxies
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=count, x_proto=count, x_host=count
        )
    install_hosts(app, settings)
    install_routing(app)
    install_languages(app, settings.language)
    install_formats(app)
    install_words(app)
    install_error_words(app)
    install_skus(app)
    install_card_words(app)
    install_claim_words(app)
    install_sums(app)
    install_headers(app, settings.erp_origin)
    install_frames(app, settings.erp_origin)
    install_error_pages(app)
    for room in (health, hooks, opening, returns, receipts, results, orders):
        app.register_blueprint(room.blueprint)
    for room in (card, counts, stocktakes, drift, reversals):
        app.register_blueprint(room.blueprint)
    for room in (board_file, write_offs, found):
        app.register_blueprint(room.blueprint)
    for access in (login.blueprint, login.inside, password.blueprint):
        app.register_blueprint(access)
    for claims in (claim_forms, claim_lists, claim_pages, claim_packs, board_sums):
        app.register_blueprint(claims.blueprint)
    install_admin(app)
    for evidence in (photo_pages, orphan_pages, orphan_decisions):
        app.register_blueprint(evidence.blueprint)
    app.register_blueprint(sheets)
    install_api(app)
    return app

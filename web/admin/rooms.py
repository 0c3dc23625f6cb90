"""Registers the admin pages."""

from __future__ import annotations

from flask import Flask

from web.admin import (
    consent,
    listing,
    listing_rules,
    log,
    mapping,
    people,
    person,
    set_aside,
    shop_access,
    shop_forms,
    shops,
)
from web.admin.ages import install_ages
from web.admin.words import install_admin_words


def install_admin(app: Flask) -> None:
    """Give an application the admin pages, and where channels send sellers back to."""
    install_admin_words(app)
    install_ages(app)
    for room in (shops, shop_forms, shop_access, consent):
        app.register_blueprint(room.blueprint)
    for room in (mapping, listing, listing_rules, set_aside):
        app.register_blueprint(room.blueprint)
    for room in (people, person, log):
        app.register_blueprint(room.blueprint)

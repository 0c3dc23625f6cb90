"""Knows whether a form was sent by a page of ours, where no session can prove it."""

from __future__ import annotations

from flask import request

from web.desk import current_desk
from web.errors import ForeignForm


def check_origin() -> None:
    """Let only forms of our own pages go on.  Raises ``ForeignForm``.

    Browsers say where a form comes from; without a word of it nothing is believed.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        if site != "same-origin":
            raise ForeignForm
        return
    ours = (current_desk().settings.base_url, request.host_url.rstrip("/"))
    if request.headers.get("Origin") not in ours:
        raise ForeignForm

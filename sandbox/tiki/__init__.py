"""Tiki Open API v2 and v2.1, as its documents describe it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .application import tiki_application
from .channel import Tiki

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

__all__ = ["TikiChannel"]


class TikiChannel(Tiki):
    """The marketplace with its HTTP side."""

    def application(self) -> WSGIApplication:
        """Return what its port serves."""
        return tiki_application(self)

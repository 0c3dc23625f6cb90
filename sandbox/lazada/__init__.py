"""Lazada Open Platform, as its reference describes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .application import lazada_application
from .channel import Lazada

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

__all__ = ["LazadaChannel"]


class LazadaChannel(Lazada):
    """The marketplace with its HTTP side."""

    def application(self) -> WSGIApplication:
        """Return what its port serves."""
        return lazada_application(self)

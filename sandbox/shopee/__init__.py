"""Shopee Open Platform v2, as its reference describes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .application import shopee_application
from .channel import Shopee

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

__all__ = ["ShopeeChannel"]


class ShopeeChannel(Shopee):
    """The marketplace with its HTTP side."""

    def application(self) -> WSGIApplication:
        """Return what its port serves."""
        return shopee_application(self)

"""Shopify's Admin API, as its documents describe it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .application import shopify_application
from .channel import Shopify

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

__all__ = ["ShopifyChannel"]


class ShopifyChannel(Shopify):
    """The web stores with their HTTP side."""

    def application(self) -> WSGIApplication:
        """Return what its port serves."""
        return shopify_application(self)

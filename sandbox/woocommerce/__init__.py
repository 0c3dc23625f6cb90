"""WooCommerce REST API v3, as its reference describes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .application import woocommerce_application
from .channel import Woocommerce

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

__all__ = ["WoocommerceChannel"]


class WoocommerceChannel(Woocommerce):
    """The shop system with its HTTP side."""

    def application(self) -> WSGIApplication:
        """Return what its port serves."""
        return woocommerce_application(self)

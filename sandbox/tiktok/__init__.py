"""TikTok Shop Partner API, as its reference describes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .application import tiktok_application
from .channel import TikTok

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

__all__ = ["TikTokChannel"]


class TikTokChannel(TikTok):
    """The marketplace with its HTTP side."""

    def application(self) -> WSGIApplication:
        """Return what its port serves."""
        return tiktok_application(self)

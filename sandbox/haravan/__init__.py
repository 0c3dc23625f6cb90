"""Haravan Omni API, as its reference describes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .application import haravan_application
from .channel import Haravan

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

__all__ = ["HaravanChannel"]


class HaravanChannel(Haravan):
    """The shop system with its HTTP side."""

    def application(self) -> WSGIApplication:
        """Return what its port serves."""
        return haravan_application(self)

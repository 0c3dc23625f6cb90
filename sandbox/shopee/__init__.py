"""Shopee Open Platform v2, as its reference describes it."""

from .channel import Shopee

__all__ = ["Shopee"]

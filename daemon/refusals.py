"""What ends a command with one sentence."""

from __future__ import annotations


class Refused(Exception):
    """Something cannot be done; the sentence names the thing and the way out."""

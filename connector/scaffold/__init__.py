"""Writes the beginning of a new connector: one that runs and keeps every rule.

``make new-connector name=acme`` for one inside this checkout;
``python -m connector.scaffold acme --outside FOLDER`` for a distribution of its own.
"""

from connector.scaffold.writing import (
    CannotWrite,
    write_inside,
    write_outside,
)

__all__ = ["CannotWrite", "write_inside", "write_outside"]

"""Where the tests find the house."""

from pathlib import Path

CHECKOUT = Path(__file__).parents[2]

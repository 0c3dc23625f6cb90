"""Where this page's photos are."""

from __future__ import annotations

from stock.photo_files import PhotoFiles
from web.desk import current_desk

FOLDER = "photos"


def photo_files() -> PhotoFiles:
    """Return the folder of the photos of the application that answers."""
    return PhotoFiles(current_desk().settings.var / FOLDER)

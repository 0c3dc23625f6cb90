"""Finds the location whose stock Truestock keeps."""

from __future__ import annotations

from connector.errors import SettingsError
from connector.haravan.client import Client
from connector.haravan.fields import is_number, word
from connector.parsing import JsonRecord, told

LOCATIONS = "locations"
_DEFAULT = "default"


class Locations:
    """Knows a shop's locations; the one found is remembered."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._found = ""

    def looked_up(self) -> JsonRecord:
        """Return the record of our location, asked for anew."""
        return chosen_location(
            self._client.many(LOCATIONS, LOCATIONS), self._client.account().location_id
        )

    def ours(self) -> str:
        """Return the location that the shop's settings name, or its main one."""
        named = self._client.account().location_id
        if named:
            return named
        if not self._found:
            self._found = told(self.looked_up().get("id"))
        return self._found


def chosen_location(locations: list[JsonRecord], named: str) -> JsonRecord:
    """Return the location ``named``, or else the only or the main one.

    Raises ``SettingsError``, for then a person has to say which.
    """
    usable = [one for one in locations if is_number(told(one.get("id")))]
    if named:
        usable = [one for one in usable if told(one.get("id")) == named]
    for candidates in (
        usable,
        [one for one in usable if one.get("is_primary") is True],
        [one for one in usable if _DEFAULT in (_type(one), word(one.get("type")))],
    ):
        if len(candidates) == 1:
            return candidates[0]
    if named:
        raise SettingsError("location_id", f"the shop has no location {named}")
    raise SettingsError(
        "location_id", f"the shop has {len(usable)} locations: name one in location_id"
    )


def _type(location: JsonRecord) -> str:
    return word(location.get("location_type"))

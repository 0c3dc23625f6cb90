"""Turns Lazada's logistics trace into evidence; pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from connector.lazada.client import held
from connector.lazada.evidence import EVENT_CODES, EVENT_TYPES, Tracked, furthest
from connector.lazada.fields import told, written
from connector.lazada.items import Unit
from connector.parsing import JsonRecord, records
from connector.values import Stage


def tracked_of(envelope: JsonRecord) -> tuple[Tracked, ...]:
    """Return the packages of a trace; raises ``Malformed``."""
    return tuple(
        _tracked(package)
        for module in records(held(envelope), "trace")
        for package in records(
            module.get("package_detail_info_list"), "package_detail_info_list"
        )
    )


def package_of(unit: Unit, packages: Sequence[Tracked]) -> Tracked | None:
    """Return the package in which a unit is; by its id, else by its number."""
    for package in packages:
        if unit.package_id and package.package_id == unit.package_id:
            return package
    for package in packages:
        if unit.tracking_number and package.tracking_number == unit.tracking_number:
            return package
    return None


def _tracked(package: JsonRecord) -> Tracked:
    events = records(package.get("logistic_detail_info_list"), "logistic_detail")
    return Tracked(
        package_id=written(package.get("ofc_package_id"), "ofc_package_id"),
        tracking_number=written(package.get("tracking_number"), "tracking_number"),
        reached=furthest(_stages(events)),
    )


def _stages(events: Iterable[JsonRecord]) -> Iterable[Stage]:
    for event in events:
        code, kind = told(event.get("status_code")), told(event.get("detail_type"))
        if code in EVENT_CODES:
            yield EVENT_CODES[code]
        elif kind in EVENT_TYPES:
            yield EVENT_TYPES[kind]

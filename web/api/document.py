"""Writes the OpenAPI 3.1 document from the same table that serves the requests."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, models_json_schema

from web.api import problems
from web.api.operations import OPERATIONS, Operation
from web.api.problems import DOCUMENTATION, MEDIA_TYPE, Kind
from web.api.reading import JSON_TYPE, KEY_HEADER, KEY_PATTERN
from web.routing import LARGEST_ID

VERSION = "1.0.0"
PREFIX = "/api/v1"
_COMPONENTS = "#/components/schemas/{model}"
_PROBLEM = "Problem"
_SECURITY = "key"

_ALWAYS = (
    problems.UNAUTHORIZED,
    problems.SCOPE_MISSING,
    problems.NOT_ACCEPTABLE,
    problems.INVALID,
    problems.INTERNAL,
    problems.DATABASE_AWAY,
)
_OF_CREATIONS = (
    problems.MALFORMED,
    problems.KEY_MISSING,
    problems.KEY_REUSED,
    problems.UNDER_WAY,
    problems.TOO_LARGE,
    problems.WRONG_MEDIA_TYPE,
)
_PLACES: Mapping[str, Mapping[str, Any]] = {
    "sku": {"type": "string", "minLength": 1, "maxLength": 100},
}
_NUMBER = {"type": "integer", "minimum": 1, "maximum": LARGEST_ID}


def document() -> dict[str, Any]:
    """Return the OpenAPI document."""
    schemas = _schemas(OPERATIONS.values())
    paths: dict[str, dict[str, Any]] = defaultdict(dict)
    for operation in OPERATIONS.values():
        paths[operation.path][operation.method.lower()] = _operation(operation, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Truestock",
            "version": VERSION,
            "description": "Stock that stays true when buyers cancel and return."
            f" {DOCUMENTATION} explains keys, pages, repetitions and problems.",
        },
        "servers": [{"url": PREFIX}],
        "tags": [{"name": x} for x in sorted({x.subject for x in OPERATIONS.values()})],
        "paths": dict(paths),
        "components": {
            "schemas": {**schemas, _PROBLEM: _problem()},
            "securitySchemes": {
                _SECURITY: {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A key: `./truestock key add`.",
                }
            },
        },
    }


class _Schemas(GenerateJsonSchema):
    """Without titles that only repeat the names of fields."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def _schemas(operations: Iterable[Operation]) -> dict[str, Any]:
    wanted: dict[tuple[type[BaseModel], Any], None] = {}
    for operation in operations:
        wanted[operation.answer, "serialization"] = None
        if operation.body:
            wanted[operation.body, "validation"] = None
    _, found = models_json_schema(
        list(wanted), ref_template=_COMPONENTS, schema_generator=_Schemas
    )
    return dict(found["$defs"])


def _operation(operation: Operation, schemas: Mapping[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {
        "operationId": operation.name,
        "tags": [operation.subject],
        "summary": operation.summary,
        "security": [{_SECURITY: [str(operation.scope)] if operation.scope else []}],
        "parameters": _parameters(operation),
        "responses": _responses(operation),
    }
    if operation.description:
        told["description"] = operation.description
    if operation.body:
        told["requestBody"] = {
            "required": True,
            "content": {JSON_TYPE: {"schema": _reference(operation.body.__name__)}},
        }
    return told


def _parameters(operation: Operation) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": dict(_PLACES.get(name, _NUMBER)),
        }
        for name in operation.places
    ]
    if operation.query:
        schema = operation.query.model_json_schema(schema_generator=_Schemas)
        found += [
            _query_parameter(name, told, name in schema.get("required", ()), schema)
            for name, told in schema["properties"].items()
        ]
    if operation.creates:
        found.append(
            {
                "name": KEY_HEADER,
                "in": "header",
                "required": True,
                "description": "Yours, for each thing that you want done.",
                "schema": {"type": "string", "pattern": KEY_PATTERN},
            }
        )
    return found


def _query_parameter(
    name: str, told: Mapping[str, Any], required: bool, schema: Mapping[str, Any]
) -> dict[str, Any]:
    plain = dict(told)
    description = plain.pop("description", "")
    # Left out is left out: an address has no null.
    kinds = [x for x in plain.pop("anyOf", []) if x.get("type") != "null"]
    for kind in kinds:
        plain.update(kind)
    if plain.get("default", 0) is None:
        del plain["default"]
    if "$ref" in plain:
        named = plain.pop("$ref").rpartition("/")[2]
        plain.update(schema["$defs"][named])
        plain.pop("title", None)
        plain.pop("description", None)
    parameter = {"name": name, "in": "query", "required": required, "schema": plain}
    return parameter | ({"description": description} if description else {})


def _responses(operation: Operation) -> dict[str, Any]:
    success: dict[str, Any] = {
        "description": "Done." if operation.creates else "Found.",
        "content": {JSON_TYPE: {"schema": _reference(operation.answer.__name__)}},
    }
    if operation.creates:
        success["headers"] = {
            "Location": {
                "description": "Where it can be read.",
                "required": True,
                "schema": {"type": "string"},
            }
        }
    responses = {"201" if operation.creates else "200": success}
    by_status: dict[int, list[Kind]] = defaultdict(list)
    for kind in _kinds(operation):
        by_status[kind.status].append(kind)
    for status, kinds in sorted(by_status.items()):
        responses[str(status)] = {
            "description": "; ".join(f"`{x.slug}`: {x.title}" for x in kinds),
            "content": {MEDIA_TYPE: {"schema": _reference(_PROBLEM)}},
        }
    return responses


def _kinds(operation: Operation) -> list[Kind]:
    kinds = [*_ALWAYS, *operation.refusals]
    if operation.creates:
        kinds += _OF_CREATIONS
    if operation.places:
        # What cannot be the name of anything is no address.
        kinds.append(problems.NOT_FOUND)
    return kinds


def _reference(name: str) -> dict[str, str]:
    return {"$ref": _COMPONENTS.format(model=name)}


def _problem() -> dict[str, Any]:
    text = {"type": "string"}
    return {
        "type": "object",
        "description": "RFC 9457. Kinds of problems add their facts as members.",
        "required": ["type", "title", "status", "detail"],
        "properties": {
            "type": {"type": "string", "format": "uri-reference"},
            "title": text,
            "status": {"type": "integer", "minimum": 400, "maximum": 599},
            "detail": {
                "type": "string",
                "description": "Names the thing and the way out, for people.",
            },
            "errors": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["detail"],
                    "properties": {
                        "detail": text,
                        "pointer": {"type": "string", "description": "In the body."},
                        "parameter": text,
                        "header": text,
                    },
                },
            },
            "error_id": {"type": "string", "description": "Under it our log has more."},
        },
    }

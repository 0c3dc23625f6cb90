"""The interface for programs: JSON under ``/api/v1``, described by OpenAPI 3.1."""

from __future__ import annotations

import json
from pathlib import Path

from flask import Blueprint, Flask, Response, request

from web.api import (
    drifts,
    listings,
    movements,
    orders,
    receipts,
    refunds,
    returns,
    reversals,
    shops,
    stock_levels,
    stocktakes,
)
from web.api.callers import demand, let_in
from web.api.document import PREFIX, document
from web.api.operations import OPERATIONS, Operation
from web.api.problems import DOCUMENTATION
from web.api.reading import JSON_TYPE
from web.api.serving import view_of
from web.api.troubles import install_troubles, refuse_redirection

SUBJECTS = (
    stock_levels,
    movements,
    orders,
    refunds,
    returns,
    receipts,
    reversals,
    stocktakes,
    listings,
    drifts,
    shops,
)
"""Where the operations are declared; reading a file here is what declares them."""

_NAME = "api"
_OPEN = frozenset({f"{_NAME}.openapi"})
"""The one address that takes no key: what it tells is no secret."""
_CONVERTERS = {"sku": "path"}


def install_api(app: Flask) -> None:
    """Serve the interface."""
    described = json.dumps(document(), ensure_ascii=False)
    blueprint = Blueprint(_NAME, __name__, url_prefix=PREFIX)
    blueprint.before_request(_check)
    install_troubles(blueprint)
    for operation in OPERATIONS.values():
        blueprint.add_url_rule(
            _rule(operation),
            endpoint=operation.name,
            view_func=view_of(operation),
            methods=[operation.method],
            provide_automatic_options=False,
        )

    @blueprint.get("/openapi.json", provide_automatic_options=False)
    def openapi() -> Response:
        """Return what the interface can do, for people and for generators."""
        return Response(described, content_type=JSON_TYPE)

    app.register_blueprint(blueprint)
    app.before_request(refuse_redirection)
    _serve_documentation(app)


def _check() -> None:
    """Let in whose key has the scope of what is asked; what has none is nobody's."""
    if request.endpoint in _OPEN:
        return
    let_in()
    name = (request.endpoint or "").removeprefix(f"{_NAME}.")
    operation = OPERATIONS.get(name)
    demand(operation.scope if operation else None)


def _rule(operation: Operation) -> str:
    rule = operation.path
    for name in operation.places:
        rule = rule.replace(f"{{{name}}}", f"<{_CONVERTERS.get(name, 'id')}:{name}>")
    return rule


def _serve_documentation(app: Flask) -> None:
    """Serve the page that the types of problems point to."""
    path = Path(__file__).parents[2] / "docs" / "api.md"

    @app.get(DOCUMENTATION)
    def api_documentation() -> Response:
        text = path.read_text("utf-8")
        return Response(text, content_type="text/plain; charset=utf-8")

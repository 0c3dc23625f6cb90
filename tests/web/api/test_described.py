"""The description and the page about it are true."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args
from urllib.parse import urlsplit

import pytest
from flask import Flask
from jsonschema_rs import Draft202012Validator

from stock.kept_answers import KEPT_FOR
from stock.models.keys import Scope
from tests.web.api.program import Program, make_key
from tests.web.seller import Seller
from web.api.document import document
from web.api.operations import OPERATIONS
from web.api.problems import KINDS
from web.api.reading import LARGEST_BODY_BYTES
from web.api.returns import SortName
from web.api.shapes import MOST_PER_PAGE
from web.board_query import SORTS
from web.strict_json import MOST_DEPTH

PAGE = (Path(__file__).parents[3] / "docs" / "api.md").read_text("utf-8")
CURLS = [x for x in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL) if "curl" in x]


def test_the_description_needs_no_key(app: Flask) -> None:
    answer = app.test_client().get("/api/v1/openapi.json")

    assert answer.status_code == 200
    assert answer.content_type == "application/json"
    assert answer.json == json.loads(json.dumps(document()))
    assert answer.json["openapi"] == "3.1.0"


def test_every_schema_of_the_description_is_a_schema() -> None:
    told = document()
    components = told["components"]["schemas"]

    for name in components:
        Draft202012Validator(
            {"$ref": f"#/components/schemas/{name}", "components": told["components"]}
        )
    text = json.dumps(told)
    named = set(re.findall(r'"#/components/schemas/(\w+)"', text))
    assert named == set(components)
    assert "$defs" not in text


def test_every_example_of_a_body_is_as_described() -> None:
    told = document()["components"]
    for name, schema in told["schemas"].items():
        validator = Draft202012Validator(
            {"$ref": f"#/components/schemas/{name}", "components": told}
        )
        for example in schema.get("examples", []):
            assert validator.is_valid(example), name


def test_every_operation_says_what_it_does_and_who_may() -> None:
    paths = document()["paths"]
    for operation in OPERATIONS.values():
        told = paths[operation.path][operation.method.lower()]
        assert told["summary"]
        assert told["security"] == [{"key": [operation.scope]}]


def test_nothing_in_a_body_or_an_address_is_let_through_unnamed() -> None:
    told = document()
    for operation in OPERATIONS.values():
        if operation.body:
            schema = told["components"]["schemas"][operation.body.__name__]
            assert schema["additionalProperties"] is False


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.slug)
def test_each_kind_of_problem_has_its_place_on_the_page(kind: Any) -> None:
    (row,) = [x for x in PAGE.splitlines() if f'<a id="{kind.slug}"></a>' in x]

    assert f"| {kind.status} |" in row


def test_the_board_and_the_interface_sort_alike() -> None:
    assert set(get_args(SortName)) == set(SORTS)


def test_the_page_names_no_problem_that_there_is_not() -> None:
    assert set(re.findall(r'<a id="([a-z-]+)"></a>', PAGE)) == {x.slug for x in KINDS}


@pytest.mark.parametrize("scope", Scope)
def test_each_scope_is_explained(scope: Scope) -> None:
    assert f"| `{scope}` |" in PAGE


def test_the_page_tells_the_bounds_that_hold() -> None:
    assert f"1 to {MOST_PER_PAGE}, and 50" in PAGE
    assert f"at most {LARGEST_BODY_BYTES // 1024} KiB" in PAGE
    assert f"kept for {KEPT_FOR.days} days" in PAGE
    assert f"at most {MOST_DEPTH} levels" in PAGE


def test_the_page_is_where_the_problems_say(program: Program) -> None:
    place = urlsplit(program.get("/orders/1").json["type"])

    answer = program.client.get(place.path)

    assert answer.status_code == 200
    assert answer.content_type == "text/plain; charset=utf-8"
    assert f'id="{place.fragment}"' in answer.text


def test_the_examples_on_the_page_work_as_they_stand(
    app: Flask,
    program: Program,
    seller: Seller,
    order_id: int,
    curl: Callable[[str], tuple[int, Any]],
) -> None:
    answers = [curl(command) for command in CURLS]

    assert [status for status, _ in answers] == [200] * 5 + [201] * 3
    assert answers[5][1]["note"] == "box opened"
    assert answers[6][1]["reversal"]["by"] == "minh@example.vn"
    assert answers[7][1]["lines"][0]["change"] == 5
    assert all(told["items"] for _, told in answers[1:5])


@pytest.fixture
def curl(app: Flask, program: Program) -> Callable[[str], tuple[int, Any]]:
    """Does what a curl command on the page would do."""

    def run(command: str) -> tuple[int, Any]:
        words = shlex.split(command.replace("\\\n", " "))
        assert words.pop(0) == "curl"
        method, body, address = "GET", None, ""
        headers = {}
        while words:
            word = words.pop(0)
            if word == "-X":
                method = words.pop(0)
            elif word == "-H":
                name, _, value = words.pop(0).partition(": ")
                headers[name] = value.replace("$KEY", program.key)
            elif word == "-d":
                body = words.pop(0)
            else:
                assert word.startswith("$URL/"), word
                address = word.removeprefix("$URL")
        client = app.test_client(use_cookies=False)
        answer = client.open(address, method=method, headers=headers, data=body)
        return answer.status_code, answer.json

    return run


def test_a_key_made_here_is_what_the_page_says(
    database: Any, settings: Any, seller: Seller
) -> None:
    assert make_key(database, settings).startswith("tsk_")

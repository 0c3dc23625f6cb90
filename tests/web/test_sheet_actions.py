"""What the page's script sends: a list of actions, each of which is done once."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.web.conftest import RecordingBell
from tests.web.seller import Seller
from tests.web.sheet_desk import SheetDesk
from tests.web.visitor import Visitor

LINE = "1-1"


@pytest.fixture
def desk(seller: Seller, clerk: Visitor, order_id: int) -> SheetDesk:
    return SheetDesk(clerk)


def put(action_id: str, code: str, **more: object) -> dict[str, object]:
    row = {"id": action_id, "kind": "put", "code": code, "order": None, "again": False}
    return {**row, **more}


def judge(
    action_id: str, parcel: object, version: int = 1, note: str = "", **units: int
) -> dict[str, object]:
    counts = dict.fromkeys(("good", "damaged", "lost", "wrong", "missing"), 0) | units
    return {
        "id": action_id,
        "kind": "judge",
        "parcel": parcel,
        "version": version,
        "units": {LINE: counts},
        "note": note,
    }


def post(action_id: str, parcel: object, version: int) -> dict[str, object]:
    return {"id": action_id, "kind": "post", "parcel": parcel, "version": version}


NEVER_WRITTEN = [
    None,
    {},
    {"kind": "put"},
    {"kind": ["put"]},
    put("", "SPX1"),
    put("a" * 101, "SPX1"),
    put("a", ""),
    put("a", "x" * 201),
    put("a", "SPX1", order=True),
    put("a", "SPX1", again=1),
    put("a", "SPX1", extra=1),
    judge("a", 1, 0),
    judge("a", 2.5),
    judge("a", 1, good=-1),
    judge("a", 1, good=1_000_001),
    judge("a", 1, note="x" * 501),
    {**judge("a", 1), "units": {LINE: {"good": 1}}},
    {**judge("a", 1), "units": [1]},
    post("a", None, 1),
    {"id": "a", "kind": "discard", "parcel": 1, "version": 1},
]


def send(desk: SheetDesk, *actions: object, **body: object) -> TestResponse:
    told = {"key": desk.key, "actions": list(actions), **body}
    address = f"{desk.visitor.desk}{desk.path}/actions"
    return desk.visitor.client.post(address, json=told)


def told(desk: SheetDesk, *actions: object) -> dict[str, Any]:
    answer = send(desk, *actions)
    assert answer.status_code == 200, answer.text
    body = answer.json
    assert isinstance(body, dict)
    return body


def test_a_scanned_parcel_comes_back_as_a_card(desk: SheetDesk) -> None:
    body = told(desk, put("a", "SPX1"))
    (answer,) = body["answers"]
    assert (answer["applied"], answer["tone"]) == (True, "known")
    assert answer["words"] == "SPX1: 3 sản phẩm"
    assert "Cốc sứ trắng" in body["cards"]["1"]
    assert body["totals"] == "3 còn tốt" and body["parcels"] == 1


def test_an_unknown_code_comes_back_as_a_question(desk: SheetDesk) -> None:
    body = told(desk, put("a", "NOBODY"))
    assert body["answers"][0]["tone"] == "unknown" and body["cards"] == {}
    (question,) = body["asked"]
    assert question["code"] == "NOBODY" and "data-question" in question["html"]
    again = desk.visitor.get(f"{desk.path}/asked", code="NOBODY").json
    assert again is not None
    assert [x["words"] for x in again["asked"]] == ["NOBODY: không tìm thấy"]


def test_what_waited_for_the_connection_is_done_once_however_often_it_is_sent(
    desk: SheetDesk, seller: Seller, bell: RecordingBell
) -> None:
    actions = (
        put("a", "SPX1"),
        judge("b", "a", good=2, damaged=1, note="Hộp móp"),
        post("c", "a", 2),
    )
    first = told(desk, *actions)
    assert [answer["applied"] for answer in first["answers"]] == [True] * 3
    again = told(desk, *actions)
    assert [x["applied"] for x in again["answers"]] == [True] * 3
    (receipt,) = seller.receipts()
    assert receipt.note == "Hộp móp" and seller.available() == 9
    assert sorted(bell.rung) == ["one", "two"]


def test_the_second_clerk_is_told_who_posted_the_parcel(
    desk: SheetDesk, seller: Seller, visit: Callable[..., Visitor]
) -> None:
    told(desk, put("a", "SPX1"), post("b", "a", 1))
    other = SheetDesk(visit("minh"), desk.sheet_id)
    (answer,) = told(other, post("c", 1, 1))["answers"]
    assert answer["tone"] == "received"
    assert answer["words"].startswith("lan@example.vn đã ghi kiện này rồi")
    (late,) = told(other, judge("d", 1, 1, lost=3))["answers"]
    assert late["error"] == "parcel_closed" and "lan@example.vn" in late["words"]
    assert len(seller.receipts()) == 1


def test_a_count_that_came_too_late_can_be_entered_again(
    desk: SheetDesk, visit: Callable[..., Visitor]
) -> None:
    told(desk, put("a", "SPX1"), judge("b", "a", good=2, damaged=1))
    other = SheetDesk(visit("minh"), desk.sheet_id)
    body = told(other, judge("c", 1, 1, good=1, lost=2))
    assert body["answers"][0]["error"] == "stale_parcel"
    card = body["cards"]["1"]
    assert "lan@example.vn vừa sửa kiện này." in card and 'value="2"' in card
    assert "&#34;lost&#34;: 2" in card and "data-mine" in card


def test_a_parcel_taken_off_before_it_was_checked_is_off(desk: SheetDesk) -> None:
    off = {"id": "b", "kind": "take_off", "parcel": "a", "version": 1}
    body = told(desk, put("a", "SPX1"), off)
    assert [answer["on_sheet"] for answer in body["answers"]] == [False, False]
    assert body["cards"] == {} and body["parcels"] == 0


def test_the_head_of_the_sheet_is_an_action_too(desk: SheetDesk) -> None:
    described = {
        "id": "a",
        "kind": "describe",
        "carrier": "GHN",
        "note": "Thùng 2",
        "warehouse": 1,
    }
    assert told(desk, described)["carrier"] == "GHN"
    assert "Thùng 2" in desk.visitor.get(desk.path).text


def test_what_the_script_never_writes_is_refused_whole(desk: SheetDesk) -> None:
    for action in NEVER_WRITTEN:
        answer = send(desk, put("fine", "SPX1"), action)
        assert answer.status_code == 400, action
    bodies: tuple[dict[str, object], ...] = ({"actions": []}, {"actions": 1}, {"x": 1})
    for body in bodies:
        assert send(desk, put("a", "SPX1"), **body).status_code == 400, body
    assert "data-parcel=" not in desk.visitor.get(desk.path).text


def test_a_body_that_says_something_twice_or_without_end_is_refused(
    desk: SheetDesk,
) -> None:
    key = f'"key": "{desk.key}"'
    row = '{"id": "a", "kind": "put", "code": "SPX1", "order": null, "again": false'
    bodies = {
        "code twice": f'{{{key}, "actions": [{row}, "code": "SPX2"}}]}}',
        "key twice": f'{{{key}, {key}, "actions": [{row}}}]}}',
        "deep": f'{{{key}, "actions": {"[" * 1000}{"]" * 1000}}}',
        "no number": f'{{{key}, "actions": [NaN]}}',
        "not JSON": key,
        "not UTF-8": b'{"key": "\xff"}',
    }
    address = f"{desk.visitor.desk}{desk.path}/actions"
    for name, body in bodies.items():
        answer = desk.visitor.client.post(
            address, data=body, content_type="application/json"
        )
        assert answer.status_code == 400, name
    assert "data-parcel=" not in desk.visitor.get(desk.path).text


def test_a_body_that_is_not_called_json_is_refused(desk: SheetDesk) -> None:
    body = json.dumps({"key": desk.key, "actions": [put("a", "SPX1")]})
    address = f"{desk.visitor.desk}{desk.path}/actions"
    answer = desk.visitor.client.post(address, data=body, content_type="text/plain")
    assert answer.status_code == 400


def test_more_actions_than_a_list_may_hold_are_refused(desk: SheetDesk) -> None:
    assert send(desk, *(put(f"a{n}", "SPX1") for n in range(101))).status_code == 400


def test_a_list_needs_the_key_of_its_own_page(desk: SheetDesk, clerk: Visitor) -> None:
    other = SheetDesk(clerk)
    assert send(desk, put("a", "SPX1"), key=other.key).status_code == 403
    assert send(desk, put("a", "SPX1"), key="").status_code == 403


def test_who_may_only_look_sends_nothing(
    desk: SheetDesk, visit: Callable[..., Visitor]
) -> None:
    viewer = visit("boss", "viewer")
    body = {"key": desk.key, "actions": [put("a", "SPX1")]}
    address = f"{viewer.desk}{desk.path}/actions"
    assert viewer.client.post(address, json=body).status_code == 403

"""Reading and writing stock: states, compare-and-set, keys, all or nothing."""

from typing import Any

import pytest

from tests.sandbox.shopify.driver import SET, Store, gid, new_key

UNCOMPARED = """
mutation ($input: InventorySetQuantitiesInput!, $key: String!) {
  inventorySetQuantities(input: $input) @idempotent(key: $key) {
    userErrors { code }
  }
}
"""


def codes(answer: dict[str, Any]) -> list[str]:
    return [error["code"] for error in answer["userErrors"]]


def test_a_sale_is_committed_until_it_ships(store: Store) -> None:
    order = store.buy(A=2)
    assert store.quantities("A") == {"available": 3, "committed": 2, "on_hand": 5}
    store.do(order, "arrange")
    assert store.quantities("A") == {"available": 3, "committed": 0, "on_hand": 3}


def test_a_number_is_written_and_read_back(store: Store) -> None:
    answer = store.write(store.row("A", 9), store.row("B", 0))
    assert answer["userErrors"] == []
    changes = answer["inventoryAdjustmentGroup"]["changes"]
    told = [(each["name"], each["delta"]) for each in changes]
    assert told == [
        ("available", 4),
        ("on_hand", 4),
        ("available", -5),
        ("on_hand", -5),
    ]
    assert store.stock() == {"A": 9, "B": 0, "C": 5}
    writes = store.control.get("shopify/writes", shop=store.name)
    assert [(each["sku"], each["quantity"]) for each in writes] == [("A", 9), ("B", 0)]


def test_a_write_that_changes_nothing_has_no_group(store: Store) -> None:
    answer = store.write(store.row("A", 5))
    assert answer == {"inventoryAdjustmentGroup": None, "userErrors": []}


def test_on_hand_is_written_with_what_is_committed(store: Store) -> None:
    store.buy(A=2)
    store.write(store.row("A", 10, 5), name="on_hand")
    assert store.quantities("A") == {"available": 8, "committed": 2, "on_hand": 10}


def test_a_stale_comparison_writes_nothing_of_the_batch(store: Store) -> None:
    store.buy(A=1)
    answer = store.write(store.row("B", 9, 5), store.row("A", 9, 5))
    (error,) = answer["userErrors"]
    assert error["code"] == "CHANGE_FROM_QUANTITY_STALE"
    assert error["field"] == ["input", "quantities", "1", "changeFromQuantity"]
    assert store.stock() == {"A": 4, "B": 5, "C": 5}
    assert codes(store.write(store.row("A", 9, 4))) == []


def test_one_bad_row_spoils_its_batch(store: Store) -> None:
    bad = store.row("A", 1) | {"inventoryItemId": gid("InventoryItem", 1)}
    answer = store.write(store.row("B", 9), bad)
    (error,) = answer["userErrors"]
    assert error["code"] == "INVALID_INVENTORY_ITEM"
    assert error["field"] == ["input", "quantities", "1", "inventoryItemId"]
    assert store.stock()["B"] == 5


@pytest.mark.parametrize(
    ("change", "more", "code"),
    [
        ({"locationId": gid("Location", 1)}, {}, "INVALID_LOCATION"),
        ({"quantity": 1_000_000_001}, {}, "INVALID_QUANTITY_TOO_HIGH"),
        ({"quantity": -1_000_000_001}, {}, "INVALID_QUANTITY_TOO_LOW"),
        ({"quantity": -1}, {"name": "on_hand"}, "INVALID_QUANTITY_NEGATIVE"),
        ({}, {"name": "committed"}, "INVALID_NAME"),
        ({}, {"reason": "because"}, "INVALID_REASON"),
        ({}, {"referenceDocumentUri": "no uri"}, "INVALID_REFERENCE_DOCUMENT"),
    ],
)
def test_a_write_that_does_not_fit_is_refused(
    store: Store, change: dict[str, Any], more: dict[str, Any], code: str
) -> None:
    assert codes(store.write(store.row("A", 9) | change, **more)) == [code]
    assert store.stock()["A"] == 5


def test_a_pair_may_stand_once_in_a_batch(store: Store) -> None:
    answer = store.write(store.row("A", 1), store.row("A", 2))
    assert codes(answer) == ["NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR"] * 2


def test_an_oversold_number_may_be_negative(store: Store) -> None:
    assert codes(store.write(store.row("A", -3))) == []
    assert store.stock()["A"] == -3


def test_what_it_changes_from_must_be_said_even_if_null(store: Store) -> None:
    row = store.row("A", 9)
    del row["changeFromQuantity"]
    sent = {"name": "available", "reason": "correction", "quantities": [row]}
    answer = store.ask(UNCOMPARED, input=sent, key=new_key())
    (error,) = answer["errors"]
    assert error["extensions"]["code"] == "INVALID_FIELD_ARGUMENTS"
    assert error["message"] == (
        "InventoryQuantityInput must include the following argument: "
        "changeFromQuantity."
    )
    assert answer["data"] == {"inventorySetQuantities": None}


def test_a_write_without_a_key_is_refused(store: Store) -> None:
    document = SET.replace("@idempotent(key: $key)", "").replace(", $key: String!", "")
    sent = {"name": "available", "reason": "correction", "quantities": []}
    error = store.error(document, input=sent)
    assert error["extensions"]["code"] == "BAD_REQUEST"
    assert error["message"] == (
        "The @idempotent directive is required for this mutation but was not provided."
    )


def test_more_than_250_rows_are_refused(store: Store) -> None:
    row = store.row("A", 9)
    sent = {"name": "available", "reason": "correction", "quantities": [row] * 251}
    error = store.error(SET, input=sent, key=new_key())
    assert error["extensions"]["code"] == "MAX_INPUT_SIZE_EXCEEDED"


def test_the_same_key_has_the_effect_of_once(store: Store) -> None:
    row = store.row("A", 9)
    first = store.write(row, key="once")
    store.write(store.row("A", 2))
    assert store.write(row, key="once") == first
    assert store.stock()["A"] == 2


def test_a_key_belongs_to_its_parameters(store: Store) -> None:
    store.write(store.row("A", 9), key="mine")
    answer = store.write(store.row("A", 8), key="mine")
    assert codes(answer) == ["IDEMPOTENCY_KEY_PARAMETER_MISMATCH"]
    assert store.stock()["A"] == 9


def test_a_key_that_failed_stays_failed(store: Store) -> None:
    stale = store.row("A", 9, 1)
    assert codes(store.write(stale, key="bad")) == ["CHANGE_FROM_QUANTITY_STALE"]
    again = store.write(stale, key="bad")
    assert codes(again) == ["IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED"]


def test_a_key_is_forgotten_after_a_day(own_store: Store) -> None:
    own_store.write(own_store.row("A", 9), key="old")
    own_store.control.clock(86401)
    assert codes(own_store.write(own_store.row("A", 8), key="old")) == []
    assert own_store.stock()["A"] == 8


def test_an_adjustment_adds(store: Store) -> None:
    document = """
    mutation ($input: InventoryAdjustQuantitiesInput!) {
      inventoryAdjustQuantities(input: $input) @idempotent(key: "adjust") {
        inventoryAdjustmentGroup { changes(quantityNames: ["available"]) { delta } }
        userErrors { code field }
      }
    }
    """
    row = store.row("A", 0) | {"delta": -2, "changeFromQuantity": 5}
    del row["quantity"]
    sent = {"name": "available", "reason": "received", "changes": [row]}
    answer = store.data(document, input=sent)["inventoryAdjustQuantities"]
    assert answer["inventoryAdjustmentGroup"]["changes"] == [{"delta": -2}]
    assert store.stock()["A"] == 3


class TestTheVersionBefore:
    """2026-01 compares with the older field and wants no key."""

    DOCUMENT = """
    mutation ($input: InventorySetQuantitiesInput!) {
      inventorySetQuantities(input: $input) { userErrors { code } }
    }
    """

    def write(self, store: Store, row: dict[str, Any], **more: Any) -> list[str]:
        sent = {"name": "available", "reason": "correction", "quantities": [row]} | more
        answer = store.send(self.DOCUMENT, {"input": sent}, version="2026-01").json()
        return codes(answer["data"]["inventorySetQuantities"])

    def row(self, store: Store, **more: int) -> dict[str, Any]:
        row = store.row("A", 9)
        del row["changeFromQuantity"]
        return row | more

    def test_it_wants_a_comparison_or_to_be_told_not_to(self, store: Store) -> None:
        row = self.row(store)
        assert self.write(store, row) == ["COMPARE_QUANTITY_REQUIRED"]
        assert self.write(store, row, ignoreCompareQuantity=True) == []

    def test_it_compares(self, store: Store) -> None:
        stale = self.row(store, compareQuantity=4)
        assert self.write(store, stale) == ["COMPARE_QUANTITY_STALE"]
        assert self.write(store, self.row(store, compareQuantity=5)) == []
        assert store.stock()["A"] == 9


def test_the_catalogue_lists_single_and_several_variants(store: Store) -> None:
    document = """
    query ($after: String) {
      productVariants(first: 2, after: $after) {
        nodes {
          legacyResourceId sku title barcode inventoryQuantity
          product { legacyResourceId hasOnlyDefaultVariant }
          inventoryItem { tracked }
        }
        pageInfo { hasNextPage endCursor }
      }
    }
    """
    first = store.data(document)["productVariants"]
    second = store.data(document, after=first["pageInfo"]["endCursor"])
    assert not second["productVariants"]["pageInfo"]["hasNextPage"]
    rows = first["nodes"] + second["productVariants"]["nodes"]
    assert {
        row["sku"]: (row["product"]["legacyResourceId"], row["legacyResourceId"])
        for row in rows
    } == {
        sku: (each["item_id"], each["variant_id"])
        for sku, each in store.listings.items()
    }
    single = {row["sku"]: row["product"]["hasOnlyDefaultVariant"] for row in rows}
    assert single == {"A": True, "B": False, "C": False}


def test_items_are_found_by_sku_and_by_id(store: Store) -> None:
    document = """
    query ($q: String, $ids: [ID!]!) {
      inventoryItems(first: 5, query: $q) { nodes { sku } }
      nodes(ids: $ids) { ... on InventoryItem { sku } }
      location { id inventoryLevels(first: 5) { nodes { item { sku } } } }
    }
    """
    ids = [store.item_id("C"), gid("InventoryItem", 1)]
    found = store.data(document, q="sku:B", ids=ids)
    assert found["inventoryItems"]["nodes"] == [{"sku": "B"}]
    assert found["nodes"] == [{"sku": "C"}, None]
    levels = found["location"]["inventoryLevels"]["nodes"]
    assert sorted(each["item"]["sku"] for each in levels) == ["A", "B", "C"]

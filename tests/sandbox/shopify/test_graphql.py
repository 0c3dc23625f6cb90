"""The GraphQL engine: what it understands, refuses and charges."""

from collections.abc import Callable

import pytest
from graphql import (
    GraphQLNamedType,
    GraphQLObjectType,
    get_named_type,
    is_leaf_type,
    is_required_argument,
)

from sandbox.shopify.graph.schema import schema_of
from tests.sandbox.shopify.driver import ORDER, Store, gid


def test_aliases_fragments_and_variables_are_understood(store: Store) -> None:
    order = store.buy(A=2)
    document = """
    query Two($id: ID!, $first: Int = 1, $with: Boolean!) {
      first: order(id: $id) { ...Named }
      second: node(id: $id) {
        __typename
        ... on Order { ...Named lineItems(first: $first) { edges { node { sku } } } }
      }
      shop @include(if: $with) { name }
    }
    fragment Named on Order { id called: name }
    """
    found = store.data(document, **{"id": gid("Order", order), "with": False})
    assert "shop" not in found
    assert found["first"]["called"] == found["second"]["called"]
    assert found["second"]["__typename"] == "Order"
    assert found["second"]["lineItems"]["edges"] == [{"node": {"sku": "A"}}]


@pytest.mark.parametrize(
    ("document", "message", "code", "path"),
    [
        (
            "query Q { orders(first: 1) { nodes { colour } } }",
            "Field 'colour' doesn't exist on type 'Order'",
            "undefinedField",
            ["query Q", "orders", "nodes", "colour"],
        ),
        (
            "query Q { shop }",
            "Field must have selections (field 'shop' returns Shop but has no "
            "selections. Did you mean 'shop { ... }'?)",
            "selectionMismatch",
            ["query Q", "shop"],
        ),
        (
            "{ orders(top: 1) { nodes { id } } }",
            "Field 'orders' doesn't accept argument 'top'",
            "argumentNotAccepted",
            ["query", "orders", "top"],
        ),
        (
            "{ order { id } }",
            "Field 'order' is missing required arguments: id",
            "missingRequiredArguments",
            ["query", "order"],
        ),
        (
            "query Q($id: ID!) { shop { id } }",
            "Variable $id is declared by Q but not used",
            "variableNotUsed",
            ["query Q"],
        ),
        (
            '{ node(id: "x") { ... on Parcel { id } } }',
            "No such type Parcel, so it can't be a fragment condition",
            "undefinedType",
            ["query", "node", "... on Parcel"],
        ),
        (
            "mutation M { refundCreate(input: {reason: 1}) { refund { id } } }",
            "InputObject 'RefundInput' doesn't accept argument 'reason'",
            "argumentNotAccepted",
            ["mutation M", "refundCreate", "input", "reason"],
        ),
    ],
)
def test_a_document_that_does_not_fit_is_refused_with_status_200(
    store: Store, document: str, message: str, code: str, path: list[str]
) -> None:
    answer = store.ask(document)
    assert "data" not in answer
    found = {error["message"]: error for error in answer["errors"]}
    assert found[message]["extensions"]["code"] == code
    assert found[message]["path"] == path


def test_a_document_that_ends_too_early_is_a_parse_error(store: Store) -> None:
    error = store.error("query Q { shop { id ")
    assert error["message"].startswith("syntax error, unexpected end of file at [1, ")
    assert error["extensions"] == {"code": "PARSE_ERROR"}


def test_a_missing_variable_is_named(store: Store) -> None:
    error = store.error("query ($id: ID!) { order(id: $id) { id } }")
    assert error["message"] == "Variable $id of type ID! was provided invalid value"
    assert error["extensions"] == {
        "code": "INVALID_VARIABLE",
        "value": None,
        "problems": [{"path": [], "explanation": "Expected value to not be null"}],
    }


def test_every_problem_inside_a_variable_is_named(store: Store) -> None:
    document = """
    mutation ($input: InventorySetQuantitiesInput!) {
      inventorySetQuantities(input: $input) { userErrors { code } }
    }
    """
    row = {"locationId": "1", "quantity": "many"}
    sent = {"name": "available", "ignoreCompareQuantity": True, "quantities": [row]}
    error = store.error(document, input=sent)
    assert error["message"] == (
        "Variable $input of type InventorySetQuantitiesInput! was provided invalid "
        "value for ignoreCompareQuantity (Field is not defined on "
        "InventorySetQuantitiesInput), quantities.0.inventoryItemId (Expected value "
        'to not be null), quantities.0.quantity (Could not coerce value "many" to '
        "Int), reason (Expected value to not be null)"
    )


def test_an_enum_that_does_not_exist_names_those_that_do(store: Store) -> None:
    document = """
    query ($by: OrderSortKeys!) { orders(first: 1, sortKey: $by) { nodes { id } } }
    """
    error = store.error(document, by="COLOUR")
    (problem,) = error["extensions"]["problems"]
    assert problem["explanation"].startswith('Expected "COLOUR" to be one of: ')
    assert "UPDATED_AT" in problem["explanation"]


def test_an_unknown_operation_name_is_refused(store: Store) -> None:
    url = f"{store.settings['base_url']}/admin/api/2026-10/graphql.json"
    assert store.send("{ shop { id } }").request.url == url
    error = store.error("query A { shop { id } } query B { shop { id } }")
    assert error["message"] == "An operation name is required"


def test_a_connection_wants_first_or_last(store: Store) -> None:
    answer = store.ask("{ orders { nodes { id } } }")
    assert answer["data"] is None
    assert answer["errors"][0]["message"] == "you must provide one of first or last"
    assert answer["errors"][0]["path"] == ["orders"]
    error = store.error("{ orders(first: 251) { nodes { id } } }")
    assert error["message"] == "first cannot exceed 250"


@pytest.mark.parametrize("cursor", ["!", "bm90IGpzb24=", "eyJsYXN0X2lkIjoxfQ=="])
def test_a_cursor_of_something_else_is_refused(store: Store, cursor: str) -> None:
    document = "query ($c: String) { orders(first: 1, after: $c) { nodes { id } } }"
    message = store.error(document, c=cursor)["message"]
    assert message == "Invalid cursor for current pagination sort."


def test_an_id_of_another_kind_is_refused(store: Store) -> None:
    document = "query ($id: ID!) { order(id: $id) { id } }"
    error = store.error(document, id=gid("Product", 1))
    assert error["message"] == "Invalid id: gid://shopify/Product/1"
    assert error["extensions"]["code"] == "RESOURCE_NOT_FOUND"
    assert store.data(document, id=gid("Order", 1)) == {"order": None}


@pytest.mark.parametrize(
    ("document", "points"),
    [
        ("{ shop { id name } }", 1),
        ("{ currentAppInstallation { accessScopes { handle } } }", 2),
        ("{ productsCount { count } }", 10),
        ("{ products(first: 1) { nodes { id } } }", 3),
        ("{ products(first: 5) { nodes { id } pageInfo { hasNextPage } } }", 5),
        ("{ products(first: 10) { nodes { id } } }", 6),
        ("{ products(first: 50) { nodes { id } } }", 9),
        ("{ products(first: 100) { nodes { id } } }", 11),
        (
            "{ orders(first: 5) { nodes { totalPriceSet { shopMoney { amount } } } } }",
            5,
        ),
        ("{ orders(first: 5) { edges { node { id } } } }", 5),
    ],
)
def test_a_query_costs_what_shopify_was_seen_to_charge(
    store: Store, document: str, points: int
) -> None:
    cost = store.ask(document)["extensions"]["cost"]
    assert cost["requestedQueryCost"] == points
    assert cost["throttleStatus"]["maximumAvailable"] == 2000
    assert cost["throttleStatus"]["restoreRate"] == 100


def test_only_what_came_is_charged_in_the_end(store: Store) -> None:
    order = store.buy(A=1)
    cost = store.ask(ORDER, id=gid("Order", order))["extensions"]["cost"]
    assert cost["actualQueryCost"] < cost["requestedQueryCost"] / 4
    spent = 2000 - cost["throttleStatus"]["currentlyAvailable"]
    assert spent <= cost["actualQueryCost"]


def test_a_query_that_is_too_dear_is_refused(store: Store) -> None:
    document = """
    { orders(first: 250) { nodes { lineItems(first: 250) { nodes { variant {
      product { variants(first: 250) { nodes { id } } } } } } } } }
    """
    error = store.error(document)
    assert error["extensions"]["code"] == "MAX_COST_EXCEEDED"
    assert error["extensions"]["maxCost"] == 1000


def test_a_shop_that_asks_too_much_is_throttled_until_points_grow_back(
    own_store: Store,
) -> None:
    counts = " ".join(f"c{n}: productsCount {{ count }}" for n in range(90))
    answers = [own_store.ask(f"{{ {counts} }}") for _ in range(3)]
    assert ["errors" in each for each in answers] == [False, False, True]
    throttled = answers[-1]
    assert throttled["errors"][0]["extensions"]["code"] == "THROTTLED"
    cost = throttled["extensions"]["cost"]
    assert (cost["requestedQueryCost"], cost["actualQueryCost"]) == (900, None)
    assert cost["throttleStatus"]["currentlyAvailable"] < 900
    own_store.control.clock(10)
    assert "errors" not in own_store.ask(f"{{ {counts} }}")


def test_shops_do_not_share_their_points(
    store: Store, open_store: Callable[..., Store]
) -> None:
    store.ask("{ productsCount { count } }")
    other = open_store().ask("{ shop { id } }")
    assert other["extensions"]["cost"]["throttleStatus"]["currentlyAvailable"] == 1999


def test_a_request_without_a_document_is_refused(store: Store) -> None:
    answer = store.rest("POST", "graphql.json", {"variables": {}})
    assert answer.status_code == 400
    assert "query" in answer.json()["errors"]


def test_every_field_of_the_schema_has_an_answer(store: Store) -> None:
    order = store.buy(A=1)
    store.do(order, "arrange", "pick_up", "deliver", "request_return", "send_back")
    store.do(order, "arrive_back", "refund")
    found = store.order(order)
    (record,) = found["returns"]["nodes"]
    (expected,) = record["reverseFulfillmentOrders"]["nodes"]
    ids = {
        "Order": found["id"],
        "Fulfillment": found["fulfillments"][0]["id"],
        "Refund": found["refunds"][0]["id"],
        "Return": record["id"],
        "ReverseFulfillmentOrder": expected["id"],
        "Location": gid("Location", store.settings["location_id"]),
        "Product": gid("Product", store.listings["A"]["item_id"]),
        "ProductVariant": gid("ProductVariant", store.listings["A"]["variant_id"]),
        "InventoryItem": store.item_id("A"),
    }
    schema = schema_of("2026-10")
    for name, id_ in ids.items():
        document = f"""
        query ($id: ID!) {{
          node(id: $id) {{ ... on {name} {{ {_fields(schema.type_map[name], 3)} }} }}
        }}
        """
        assert store.data(document, id=id_)["node"], name
    assert store.data(f"{{ shop {{ {_fields(schema.type_map['Shop'], 2)} }} }}")


def _fields(type_: GraphQLNamedType, depth: int) -> str:
    """Every field that needs no arguments, so many objects deep."""
    if not depth or not isinstance(type_, GraphQLObjectType):
        return "__typename"
    chosen = ["__typename"]
    for name, field in type_.fields.items():
        if any(is_required_argument(each) for each in field.args.values()):
            continue
        inner = get_named_type(field.type)
        if is_leaf_type(inner):
            chosen.append(name)
        elif inner.name.endswith("Connection"):
            row = get_named_type(inner.fields["nodes"].type)
            chosen.append(
                f"{name}(first: 1) {{ nodes {{ {_fields(row, depth - 1)} }} }}"
            )
        else:
            chosen.append(f"{name} {{ {_fields(inner, depth - 1)} }}")
    return " ".join(chosen)


def test_jobs_and_properties_can_be_asked_for(store: Store) -> None:
    found = store.data(
        '{ job(id: "gid://shopify/Job/none") { done query { shop { name } } } '
        "inventoryProperties { quantityNames { name } } }"
    )
    assert found["job"] == {"done": True, "query": {"shop": {"name": store.name}}}
    names = [row["name"] for row in found["inventoryProperties"]["quantityNames"]]
    assert {"available", "committed", "on_hand"} <= set(names)

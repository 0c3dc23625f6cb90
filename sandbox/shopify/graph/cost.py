"""What a query costs, counted as Shopify was seen to count.

An object is a point, money nothing, a mutation or a count of its own ten.  A
connection is two points and, for each row that could come, the points of a row; the
number of rows is damped, so that a page of 250 counts as eleven.
"""

from collections.abc import Mapping
from math import floor, log

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
)

MOST_POINTS = 1000

_CONNECTION = 2
_MUTATION = 10
_COUNT = 10
_ROWS = frozenset({"nodes", "edges"})
_FREE = frozenset({"Count", "MoneyBag", "MoneyV2"})

_UNKNOWN = object()
"""Stands for what has not come yet: everything that could is counted."""

_Composite = GraphQLObjectType | GraphQLInterfaceType | GraphQLUnionType


class Meter:
    """Counts the points of one operation, before it is run and after."""

    def __init__(
        self,
        schema: GraphQLSchema,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        variables: Mapping[str, object],
    ) -> None:
        self._schema = schema
        self._operation = operation
        self._variables = variables
        self._fragments = {
            each.name.value: each
            for each in document.definitions
            if isinstance(each, FragmentDefinitionNode)
        }

    def requested(self) -> int:
        """The points that the operation could cost at most."""
        return self._total(_UNKNOWN)

    def actual(self, data: object) -> int:
        """The points of what came, counted row by row; never more than requested."""
        return min(self.requested(), self._total(data))

    def _total(self, data: object) -> int:
        root = self._schema.get_root_type(self._operation.operation)
        assert root is not None, "a document without a root was refused before"
        return max(1, self._selection(root, self._operation.selection_set, data))

    def _selection(
        self, type_: _Composite, chosen: SelectionSetNode, data: object
    ) -> int:
        points = 0
        for each in chosen.selections:
            if isinstance(each, FieldNode):
                points += self._field(type_, each, data)
            elif isinstance(each, InlineFragmentNode):
                condition = each.type_condition
                name = type_.name if condition is None else condition.name.value
                points += self._inside(name, each.selection_set, data)
            elif isinstance(each, FragmentSpreadNode):
                fragment = self._fragments[each.name.value]
                name = fragment.type_condition.name.value
                points += self._inside(name, fragment.selection_set, data)
        return points

    def _inside(self, type_name: str, chosen: SelectionSetNode, data: object) -> int:
        type_ = self._schema.type_map[type_name]
        assert isinstance(type_, _Composite), "scalars have no fragments"
        return self._selection(type_, chosen, data)

    def _field(self, parent: _Composite, node: FieldNode, data: object) -> int:
        if isinstance(parent, GraphQLUnionType) or node.selection_set is None:
            return 0
        definition = parent.fields.get(node.name.value)
        type_ = None if definition is None else get_named_type(definition.type)
        if not isinstance(type_, _Composite):
            return 0
        below = _below(node, data)
        if parent is self._schema.mutation_type:
            return _MUTATION + self._payload(type_, node.selection_set, below)
        if type_.name.endswith("Connection"):
            return _CONNECTION + self._rows(type_, node, below)
        if type_.name in _FREE and parent is not self._schema.query_type:
            return 0
        own = _COUNT if type_.name == "Count" else 1
        return own + self._objects(type_, node.selection_set, below)

    def _objects(
        self, type_: _Composite, chosen: SelectionSetNode, data: object
    ) -> int:
        if isinstance(data, list):
            return sum(self._selection(type_, chosen, each) for each in data)
        return 0 if data is None else self._selection(type_, chosen, data)

    def _payload(
        self, type_: _Composite, chosen: SelectionSetNode, data: object
    ) -> int:
        """What hangs below a payload's own objects, which are free."""
        assert isinstance(type_, GraphQLObjectType), "payloads are objects"
        points = 0
        for each in chosen.selections:
            if isinstance(each, FieldNode) and each.selection_set is not None:
                inner = get_named_type(type_.fields[each.name.value].type)
                assert isinstance(inner, _Composite), "only objects have selections"
                below = _below(each, data)
                points += self._objects(inner, each.selection_set, below)
        return points

    def _rows(self, type_: _Composite, node: FieldNode, data: object) -> int:
        assert isinstance(type_, GraphQLObjectType), "connections are objects"
        assert node.selection_set is not None, "a connection has a selection"
        points = 0
        for each in node.selection_set.selections:
            if isinstance(each, FieldNode) and each.name.value in _ROWS:
                rows = _below(each, data)
                counted = (
                    sum(self._row(type_, each, row) for row in rows)
                    if isinstance(rows, list)
                    else weight_of_rows(self._size(node))
                    * self._row(type_, each, _UNKNOWN)
                )
                points = max(points, counted)
        return points

    def _row(self, connection: GraphQLObjectType, node: FieldNode, data: object) -> int:
        type_ = get_named_type(connection.fields[node.name.value].type)
        assert isinstance(type_, _Composite), "rows are objects"
        assert node.selection_set is not None, "rows have selections"
        points = self._selection(type_, node.selection_set, data)
        return points if node.name.value == "edges" else 1 + points

    def _size(self, node: FieldNode) -> int:
        for argument in node.arguments or ():
            if argument.name.value in ("first", "last"):
                value = argument.value
                if isinstance(value, IntValueNode):
                    return int(value.value)
                if isinstance(value, VariableNode):
                    return self._number(value.name.value)
        return 0

    def _number(self, variable: str) -> int:
        given = self._variables.get(variable)
        if isinstance(given, int):
            return given
        for each in self._operation.variable_definitions or ():
            default = each.default_value
            if each.variable.name.value == variable and isinstance(
                default, IntValueNode
            ):
                return int(default.value)
        return 0


def weight_of_rows(count: int) -> int:
    """How many rows a page of this size counts as."""
    return 0 if count <= 0 else max(1, floor(2 * log(count)))


def _below(node: FieldNode, data: object) -> object:
    if data is _UNKNOWN:
        return _UNKNOWN
    name = node.name.value if node.alias is None else node.alias.value
    return data.get(name) if isinstance(data, Mapping) else None

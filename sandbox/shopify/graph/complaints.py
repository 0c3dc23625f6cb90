"""Complaints about a document, in Shopify's words and shape.

The library finds what is wrong; its sentences are turned into those that clients of
Shopify look for, with the code and the path of the place.
"""

import re
from collections.abc import Callable, Sequence

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    InlineFragmentNode,
    Node,
    OperationDefinitionNode,
    VariableDefinitionNode,
    validate,
)

Extensions = dict[str, object]
_Words = tuple[str, Extensions]

_MOST = 100


def syntax_complaint(error: GraphQLSyntaxError) -> GraphQLError:
    """A document that cannot be parsed."""
    line, column = error.locations[0] if error.locations else (1, 1)
    found = error.message.removeprefix("Syntax Error: ").rstrip(".")
    is_end = "<EOF>" in found
    detail = "unexpected end of file" if is_end else found[:1].lower() + found[1:]
    return GraphQLError(
        f"syntax error, {detail} at [{line}, {column}]",
        source=error.source,
        positions=error.positions,
        extensions={"code": "PARSE_ERROR"},
    )


def complaints(schema: GraphQLSchema, document: DocumentNode) -> list[GraphQLError]:
    """Everything that is wrong with a document, before it is run."""
    found = validate(schema, document, max_errors=_MOST)
    if not found:
        return []
    paths = _Paths(document)
    return [_translated(error, paths) for error in found]


def _translated(error: GraphQLError, paths: "_Paths") -> GraphQLError:
    nodes = error.nodes or ()
    path = paths.of(nodes[0]) if nodes else []
    for pattern, words in _TRANSLATIONS:
        matched = pattern.match(error.message)
        if matched is not None:
            message, extensions = words(matched)
            return GraphQLError(message, nodes[:1], path=path, extensions=extensions)
    return GraphQLError(error.message, nodes[:1], path=path)


def _undefined_field(found: re.Match[str]) -> _Words:
    field, type_ = found.groups()
    return f"Field '{field}' doesn't exist on type '{type_}'", {
        "code": "undefinedField",
        "typeName": type_,
        "fieldName": field,
    }


def _unknown_argument(found: re.Match[str]) -> _Words:
    argument, field = found.groups()
    return f"Field '{field}' doesn't accept argument '{argument}'", {
        "code": "argumentNotAccepted",
        "name": field,
        "typeName": "Field",
        "argumentName": argument,
    }


def _unknown_input_field(found: re.Match[str]) -> _Words:
    type_, field = found.groups()
    return f"InputObject '{type_}' doesn't accept argument '{field}'", {
        "code": "argumentNotAccepted",
        "name": type_,
        "typeName": "InputObject",
        "argumentName": field,
    }


def _missing_argument(found: re.Match[str]) -> _Words:
    field, argument = found.groups()
    return f"Field '{field}' is missing required arguments: {argument}", {
        "code": "missingRequiredArguments",
        "className": "Field",
        "name": field,
        "arguments": argument,
    }


def _missing_input_field(found: re.Match[str]) -> _Words:
    type_, field = found.groups()
    return f"Argument '{field}' on InputObject '{type_}' is required.", {
        "code": "missingRequiredInputObjectAttribute",
        "argumentName": field,
        "inputObjectType": type_,
    }


def _missing_selection(found: re.Match[str]) -> _Words:
    field, wrapped = found.groups()
    type_ = wrapped.strip("[]!")
    return (
        f"Field must have selections (field '{field}' returns {type_} but has no "
        f"selections. Did you mean '{field} {{ ... }}'?)",
        {
            "code": "selectionMismatch",
            "nodeName": f"field '{field}'",
            "typeName": type_,
        },
    )


def _unfit_literal(found: re.Match[str]) -> _Words:
    return found[1], {
        "code": "argumentLiteralsIncompatible",
        "typeName": "CoercionError",
    }


def _undefined_type(found: re.Match[str]) -> _Words:
    (type_,) = found.groups()
    return f"No such type {type_}, so it can't be a fragment condition", {
        "code": "undefinedType",
        "typeName": type_,
    }


def _undefined_directive(found: re.Match[str]) -> _Words:
    (name,) = found.groups()
    return f"Directive @{name} is not defined", {
        "code": "undefinedDirective",
        "directiveName": name,
    }


def _unused_variable(found: re.Match[str]) -> _Words:
    name, operation = found.groups()
    owner = operation or "anonymous query"
    return f"Variable ${name} is declared by {owner} but not used", {
        "code": "variableNotUsed",
        "variableName": name,
    }


_TRANSLATIONS: Sequence[tuple[re.Pattern[str], Callable[[re.Match[str]], _Words]]] = (
    (re.compile(r"Cannot query field '(\w+)' on type '(\w+)'"), _undefined_field),
    (
        re.compile(r"Unknown argument '(\w+)' on field '\w+\.(\w+)'"),
        _unknown_argument,
    ),
    (
        re.compile(
            r"Expected value of type '(\w+)' not to include unknown field '(\w+)'"
        ),
        _unknown_input_field,
    ),
    (
        re.compile(r"Argument '\w+\.(\w+)\((\w+):\)' of type"),
        _missing_argument,
    ),
    (
        re.compile(r"Expected value of type '(\w+)' to include required field '(\w+)'"),
        _missing_input_field,
    ),
    (
        re.compile(r"Field '(\w+)' of type '([^']+)' must have a selection"),
        _missing_selection,
    ),
    (
        re.compile(r"(.*(?:Expected value|cannot represent|does not exist in).*)"),
        _unfit_literal,
    ),
    (re.compile(r"Unknown type '(\w+)'"), _undefined_type),
    (re.compile(r"Unknown directive '@(\w+)'"), _undefined_directive),
    (
        re.compile(r"Variable '\$(\w+)' is never used(?: in operation '(\w+)')?"),
        _unused_variable,
    ),
)


class _Paths:
    """Where each node of a document stands, told as Shopify does."""

    def __init__(self, document: DocumentNode) -> None:
        self._paths: dict[int, list[str | int]] = {}
        for definition in document.definitions:
            self._walk(definition, [])

    def of(self, node: Node) -> list[str | int]:
        """The path of a node, beginning with its operation or fragment."""
        return self._paths.get(id(node), [])

    def _walk(self, node: Node, path: list[str | int]) -> None:
        inside = [*path, *_step(node)]
        self._paths[id(node)] = inside
        for key in node.keys:
            child = getattr(node, key, None)
            children = child if isinstance(child, tuple | list) else (child,)
            for each in children:
                if isinstance(each, Node):
                    self._walk(each, inside)


def _step(node: Node) -> list[str | int]:
    if isinstance(node, OperationDefinitionNode):
        kind = node.operation.value
        return [kind if node.name is None else f"{kind} {node.name.value}"]
    if isinstance(node, FragmentDefinitionNode):
        return [f"fragment {node.name.value}"]
    if isinstance(node, InlineFragmentNode):
        condition = node.type_condition
        return ["..." if condition is None else f"... on {condition.name.value}"]
    if isinstance(node, FieldNode):
        return [node.name.value]
    if isinstance(node, VariableDefinitionNode):
        return []
    name = getattr(node, "name", None)
    value = getattr(name, "value", None)
    is_part = node.kind in ("argument", "object_field")
    return [value] if is_part and isinstance(value, str) else []

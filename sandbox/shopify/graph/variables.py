"""Checking the variables that a client sent, with Shopify's own complaints."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from graphql import (
    GraphQLEnumType,
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLScalarType,
    GraphQLSchema,
    OperationDefinitionNode,
    Undefined,
    is_input_type,
    print_ast,
    type_from_ast,
)

_NULL = "Expected value to not be null"

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong with a variable, and where in it."""

    path: Path
    explanation: str


def variable_errors(
    schema: GraphQLSchema,
    operation: OperationDefinitionNode,
    given: Mapping[str, object],
) -> list[GraphQLError]:
    """One error for each variable with problems."""
    errors: list[GraphQLError] = []
    for definition in operation.variable_definitions or ():
        type_ = type_from_ast(schema, definition.type)
        name = definition.variable.name.value
        if type_ is None or not is_input_type(type_):
            continue
        if name not in given and definition.default_value is not None:
            continue
        value = given.get(name)
        problems = _problems(type_, value, ())
        if problems:
            errors.append(
                GraphQLError(
                    _message(name, print_ast(definition.type), problems),
                    definition,
                    extensions={
                        "code": "INVALID_VARIABLE",
                        "value": value,
                        "problems": [
                            {"path": list(each.path), "explanation": each.explanation}
                            for each in problems
                        ],
                    },
                )
            )
    return errors


def _message(name: str, type_text: str, problems: list[Problem]) -> str:
    message = f"Variable ${name} of type {type_text} was provided invalid value"
    inside = [
        f"{'.'.join(map(str, each.path))} ({each.explanation})"
        for each in problems
        if each.path
    ]
    return f"{message} for {', '.join(inside)}" if inside else message


def _problems(type_: GraphQLInputType, value: object, path: Path) -> list[Problem]:
    if isinstance(type_, GraphQLNonNull):
        if value is None:
            return [Problem(path=path, explanation=_NULL)]
        return _problems(type_.of_type, value, path)
    if value is None:
        return []
    if isinstance(type_, GraphQLList):
        rows = value if isinstance(value, list) else [value]
        return [
            problem
            for index, row in enumerate(rows)
            for problem in _problems(type_.of_type, row, (*path, index))
        ]
    if isinstance(type_, GraphQLInputObjectType):
        return _object_problems(type_, value, path)
    explanation = _leaf_problem(type_, value)
    return [] if explanation is None else [Problem(path=path, explanation=explanation)]


def _object_problems(
    type_: GraphQLInputObjectType, value: object, path: Path
) -> list[Problem]:
    if not isinstance(value, Mapping):
        explanation = f"Expected {_printed(value)} to be a key-value object."
        return [Problem(path=path, explanation=explanation)]
    found = [
        Problem(path=(*path, name), explanation=f"Field is not defined on {type_.name}")
        for name in value
        if name not in type_.fields
    ]
    for name, field in type_.fields.items():
        has_default = field.default_value is not Undefined
        if name in value or not has_default:
            found += _problems(field.type, value.get(name), (*path, name))
    return found


def _leaf_problem(type_: GraphQLInputType, value: object) -> str | None:
    if isinstance(type_, GraphQLEnumType):
        if isinstance(value, str) and value in type_.values:
            return None
        return f"Expected {_printed(value)} to be one of: {', '.join(type_.values)}"
    if isinstance(type_, GraphQLScalarType):
        try:
            type_.parse_value(value)
        except GraphQLError:
            return f"Could not coerce value {_printed(value)} to {type_.name}"
    return None


def _printed(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)

"""Answering a GraphQL request: parse, check, charge, run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLResolveInfo,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    OperationType,
    execute_sync,
    parse,
)

from sandbox.channel import Json
from sandbox.shopify.channel import cost_json, throttled_answer

from .complaints import complaints, syntax_complaint
from .cost import MOST_POINTS, Meter
from .mutations import Mutations
from .query_root import QueryRoot
from .resolving import resolve
from .schema import schema_of
from .session import Session
from .variables import variable_errors

_RATE_LIMITS = "https://shopify.dev/api/usage/rate-limits"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A GraphQL request as it was sent."""

    document: str
    variables: Mapping[str, object]
    operation_name: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """The body of the answer, and whether it was let through."""

    body: Json
    accepted: bool


def answer(session: Session, question: Question) -> Reply:
    """Answer one request; its cost is taken from the shop's points."""
    schema = schema_of(session.version)
    checked = _checked(session.version, question.document)
    if isinstance(checked, tuple):
        return _refused(checked)
    operation = _operation(checked, question.operation_name)
    if isinstance(operation, GraphQLError):
        return _refused([operation])
    wrong = variable_errors(schema, operation, question.variables)
    if wrong:
        return _refused(wrong)
    meter = Meter(schema, checked, operation, question.variables)
    points = meter.requested()
    if points > MOST_POINTS:
        return _refused([_too_expensive(points)])
    bucket = session.account.points
    if not bucket.take(points, session.now):
        throttled = throttled_answer(points, int(bucket.available(session.now)))
        assert isinstance(throttled.body, dict), "the throttled body is an object"
        return Reply(body=throttled.body, accepted=False)
    body = _run(session, checked, operation, question)
    actual = meter.actual(body["data"])
    bucket.give_back(points - actual)
    left = int(bucket.available(session.now))
    return Reply(
        body={**body, "extensions": {"cost": cost_json(points, actual, left)}},
        accepted=True,
    )


def _run(
    session: Session,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    question: Question,
) -> Json:
    is_mutation = operation.operation is OperationType.MUTATION
    result = execute_sync(
        schema_of(session.version),
        document,
        root_value=Mutations(session) if is_mutation else QueryRoot(session),
        context_value=session,
        variable_values=dict(question.variables),
        operation_name=question.operation_name,
        field_resolver=_resolve,
    )
    for error in result.errors or ():
        original = error.original_error
        if original is not None and not isinstance(original, GraphQLError):
            raise original
    formatted = result.formatted
    body: Json = {"data": formatted.get("data")}
    if "errors" in formatted:
        body = {"errors": list(formatted["errors"]), **body}
    return body


def _resolve(
    source: object, info: GraphQLResolveInfo[Session], **arguments: object
) -> object:
    if isinstance(source, Mutations):
        return source.perform(info, arguments)
    return resolve(source, info, **arguments)


@lru_cache(maxsize=512)
def _checked(version: str, text: str) -> DocumentNode | tuple[GraphQLError, ...]:
    try:
        document = parse(text)
    except GraphQLSyntaxError as error:
        return (syntax_complaint(error),)
    found = complaints(schema_of(version), document)
    return tuple(found) if found else document


def _operation(
    document: DocumentNode, name: str | None
) -> OperationDefinitionNode | GraphQLError:
    operations = [
        each
        for each in document.definitions
        if isinstance(each, OperationDefinitionNode)
    ]
    if name is None and len(operations) > 1:
        return GraphQLError("An operation name is required")
    for each in operations:
        if name is None or (each.name is not None and each.name.value == name):
            return each
    return GraphQLError(f'No operation named "{name}"')


def _too_expensive(points: int) -> GraphQLError:
    return GraphQLError(
        f"Query cost is {points}, which exceeds the single query max cost limit "
        f"({MOST_POINTS}).",
        extensions={
            "code": "MAX_COST_EXCEEDED",
            "cost": points,
            "maxCost": MOST_POINTS,
            "documentation": _RATE_LIMITS,
        },
    )


def _refused(errors: Sequence[GraphQLError]) -> Reply:
    return Reply(body={"errors": [each.formatted for each in errors]}, accepted=False)

"""How the value of a place is completed: by its type, down to scalars."""

from collections.abc import Callable
from types import CoroutineType
from typing import Any

from graphql import (
    GraphQLError,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLUnionType,
    Undefined,
)
from graphql.pyutils import Path, inspect, is_iterable
from strawberry.execution import optimized_is_awaitable
from strawberry.types.cast import get_strawberry_type_cast

from transport.plans.concurrency import items
from transport.plans.leaves import Serialize
from transport.plans.resolve_info import PlannedField, ResolveInfo
from transport.plans.run import ErrorHandler, Place, PlanRun

AbstractType = GraphQLUnionType | GraphQLInterfaceType


def place(complete: Place, errors: ErrorHandler) -> Place:
    """Takes any value of a resolver, an awaitable too; `complete` may raise."""

    def execute(value: Any, path: Any, run: PlanRun) -> Any:
        try:
            if optimized_is_awaitable(value):
                return errors.complete(value, complete, path, run)
            completed = complete(value, path, run)
        except Exception as raw:  # noqa: BLE001 # a resolver's: anything
            return errors.handle(raw, path, run)
        if type(completed) is CoroutineType:
            return errors.guard(completed, path, run)
        return completed

    return execute


def nullable(complete: Place) -> Place:
    def complete_nullable(value: Any, path: Path | None, run: PlanRun) -> Any:
        if isinstance(value, Exception):
            raise value
        if value is None or value is Undefined:
            return None
        return complete(value, path, run)

    return complete_nullable


def required(complete: Place, field: PlannedField) -> Place:
    def complete_required(value: Any, path: Path | None, run: PlanRun) -> Any:
        if isinstance(value, Exception):
            raise value
        if value is None or value is Undefined:
            raise TypeError(
                "Cannot return null for non-nullable field"
                f" {field.parent}.{field.name}."
            )
        return complete(value, path, run)

    return complete_required


def leaf(serialize: Serialize) -> Place:
    def complete_leaf(value: Any, _path: Path | None, _run: PlanRun) -> Any:
        return serialize(value)

    return complete_leaf


def list_of(item: Place, field: PlannedField) -> Place:
    complete_items = items(item)

    def complete_list(value: Any, path: Path | None, run: PlanRun) -> Any:
        if not is_iterable(value):
            raise GraphQLError(
                "Expected Iterable, but did not find one for field"
                f" '{field.parent}.{field.name}'."
            )
        return complete_items(value, path, run)

    return complete_list


def object_of(
    kind: GraphQLObjectType, origin: type, fields: Place, field: PlannedField
) -> Place:
    """Checks that the value is one, where Strawberry would check it."""
    is_type_of: Any = kind.is_type_of
    if is_type_of is None:
        return fields

    def complete_object(value: Any, path: Any, run: PlanRun) -> Any:
        if not _is_exactly(value, origin) and not is_type_of(
            value, ResolveInfo(run.context, path, field, run)
        ):
            raise GraphQLError(
                f"Expected value of type '{kind}' but got: {inspect(value)}.",
                field.nodes,
            )
        return fields(value, path, run)

    return complete_object


def abstract(
    kind: AbstractType,
    by_class: dict[type, Place],
    by_name: dict[str, Place],
    field: PlannedField,
) -> Place:
    """Knows a value by its class, or else asks Strawberry what it is."""
    resolve_type: Callable[..., Any] = kind.resolve_type  # type: ignore[assignment]

    def complete_abstract(value: Any, path: Any, run: PlanRun) -> Any:
        complete = by_class.get(type(value))
        if complete is None or get_strawberry_type_cast(value) is not None:
            info = ResolveInfo(run.context, path, field, run)
            complete = by_name.get(name := resolve_type(value, info, kind))
            if complete is None:
                raise GraphQLError(_not_possible(kind, name, field), field.nodes)
        return complete(value, path, run)

    return complete_abstract


def _is_exactly(value: Any, origin: type) -> bool:
    return type(value) is origin and get_strawberry_type_cast(value) is None


def _not_possible(kind: AbstractType, name: str | None, field: PlannedField) -> str:
    if name is not None:
        return f"Runtime Object type '{name}' is not a possible type for '{kind}'."
    return (
        f"Abstract type '{kind}' must resolve to an Object type at runtime"
        f" for field '{field.parent}.{field.name}'."
        f" Either the '{kind}' type should provide a 'resolve_type' function"
        " or each possible type should provide an 'is_type_of' function."
    )

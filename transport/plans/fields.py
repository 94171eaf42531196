"""A selected field: takes the object that has it, and completes what it is there."""

from typing import Any

from graphql.pyutils import Path

from transport.plans.completions import Completion
from transport.plans.plain import Attribute
from transport.plans.resolving import Resolve
from transport.plans.run import ErrorHandler, Place, PlanRun
from transport.plans.values import place


def typename(key: str, name: str) -> tuple[Place, Attribute]:
    """Every object has a class, whose name here is its type's."""

    def execute(_source: Any, _path: Path | None = None, _run: object = None) -> str:
        return name

    return execute, (key, "__class__", execute)


def attribute(
    name: str, key: str, parent: str, completion: Completion, errors: ErrorHandler
) -> Place:
    write = completion.write
    with_care = _attribute_with_care(name, key, parent, completion, errors)
    if write is None:
        return with_care

    def execute(source: Any, path: Path | None, run: PlanRun) -> Any:
        try:
            return write(getattr(source, name))
        except Exception:  # noqa: BLE001 # whatever it was happens again, with care
            return with_care(source, path, run)

    return execute


def _attribute_with_care(
    name: str, key: str, parent: str, completion: Completion, errors: ErrorHandler
) -> Place:
    complete = place(completion.complete, errors)

    def execute(source: Any, path: Path | None, run: PlanRun) -> Any:
        own_path = Path(path, key, parent)
        try:
            value = getattr(source, name)
        except Exception as raw:  # noqa: BLE001 # a property may raise anything
            return errors.handle(raw, own_path, run)
        return complete(value, own_path, run)

    return execute


def resolved(
    resolve: Resolve,
    key: str,
    parent: str,
    completion: Completion,
    errors: ErrorHandler,
) -> Place:
    complete = place(completion.quickest, errors)

    def execute(source: Any, path: Path | None, run: PlanRun) -> Any:
        own_path = Path(path, key, parent)
        try:
            value = resolve(source, own_path, run)
        except Exception as raw:  # noqa: BLE001 # a resolver's: anything
            return errors.handle(raw, own_path, run)
        return complete(value, own_path, run)

    return execute


def event(key: str, parent: str, completion: Completion, errors: ErrorHandler) -> Place:
    """Of a subscription: what its stream yields is the value."""
    complete = place(completion.quickest, errors)

    def execute(source: Any, path: Path | None, run: PlanRun) -> Any:
        return complete(source, Path(path, key, parent), run)

    return execute

"""Refuses calls over a limit, before they are validated or executed."""

from collections.abc import Mapping
from typing import Any

from transport.documents.call import Call
from transport.documents.document import Operation
from transport.limits import (
    MAX_ALIASES,
    MAX_COST,
    MAX_DIRECTIVES,
    MAX_FIELDS,
    MAX_NAME_CHARACTERS,
    MAX_ROOT_FIELDS,
    MAX_TEXT_CHARACTERS,
    MAX_VALUES,
)

WHICH_OPERATION = "The document has several operations: say which by operationName."
UNCOUNTED = 10**9


def refusal_of(call: Call) -> str | None:
    """A message that names the limit and the number; None if there is no refusal."""
    name, variables = call.operation_name, call.variables or {}
    if name is not None and len(name) > MAX_NAME_CHARACTERS:
        return _over(len(name), "characters in its operationName", MAX_NAME_CHARACTERS)
    if call.document.refusal is not None:
        return call.document.refusal
    if name is None and len(call.document.operations) > 1:
        return WHICH_OPERATION  # Strawberry would run the first
    refusal = _of_variables(variables)
    if refusal is None and call.operation is not None:
        refusal = _of_operation(call.operation, variables)
    return refusal


def _of_operation(operation: Operation, variables: Mapping[str, Any]) -> str | None:
    measured = operation.measured
    for found, what, allowed in (
        (measured.root_fields, "fields at its root", MAX_ROOT_FIELDS),
        (measured.aliases, "aliases", MAX_ALIASES),
        (measured.directives, "directives", MAX_DIRECTIVES),
        (measured.fields, "fields, with its fragments", MAX_FIELDS),
        (
            operation.cost_with(variables),
            "fields in its answer at most",
            MAX_COST,
        ),
    ):
        if found > allowed:
            return _over(found, what, allowed)
    return None


def _of_variables(variables: Mapping[str, Any]) -> str | None:
    count = 0
    left: list[Any] = [variables]
    while left:
        value = left.pop()
        count += 1
        if isinstance(value, dict):
            left += value.values()
        elif isinstance(value, list):
            left += value
        elif isinstance(value, str) and len(value) > MAX_TEXT_CHARACTERS:
            what = "characters in one of its variables"
            return _over(len(value), what, MAX_TEXT_CHARACTERS)
    if count > MAX_VALUES:
        return _over(count, "values in its variables", MAX_VALUES)
    return None


def _over(found: int, what: str, allowed: int) -> str:
    # Fragments that double at each level make numbers as long as a page.
    number = str(found) if found < UNCOUNTED else f"more than {UNCOUNTED}"
    return f"The operation has {number} {what}; {allowed} are allowed."

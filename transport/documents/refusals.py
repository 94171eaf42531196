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
    if measured.root_fields > MAX_ROOT_FIELDS:
        return _over(measured.root_fields, "fields at its root", MAX_ROOT_FIELDS)
    if measured.aliases > MAX_ALIASES:
        return _over(measured.aliases, "aliases", MAX_ALIASES)
    if measured.directives > MAX_DIRECTIVES:
        return _over(measured.directives, "directives", MAX_DIRECTIVES)
    if measured.fields > MAX_FIELDS:
        return _over(measured.fields, "fields, with its fragments", MAX_FIELDS)
    cost = operation.cost_with(variables)
    if cost > MAX_COST:
        return _over(cost, "fields in its answer at most", MAX_COST)
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

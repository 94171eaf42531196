"""Measures operations, labelled by names of the schema only."""

import time
from collections.abc import Collection
from functools import cache
from typing import Any

from graphql import GraphQLSchema, OperationType
from strawberry import Schema

from telemetry import process_metrics
from transport import results
from transport.documents.document import MULTIPLE, Operation

INTROSPECTION = frozenset({"__schema", "__type", "__typename"})
OTHER = "other"

# To find the child of some labels costs more than to count with it.
_refusals = cache(process_metrics.REFUSALS.labels)
_durations = cache(process_metrics.OPERATION_SECONDS.labels)


class Stopwatch:
    """Times one operation; only its first stop counts."""

    def __init__(self, transport: str, kind: str, field: str) -> None:
        self._labels: tuple[str, str, str] | None = (transport, kind, field)
        self._began = time.perf_counter()

    def stop(self, codes: Collection[str | None], refusals: Collection[str]) -> None:
        """`codes` are those of errors, `refusals` those of problems."""
        if self._labels is None:
            return
        if not results.SERVER_FAULTS.isdisjoint(codes):
            outcome = "error"
        else:
            outcome = "refused" if codes or refusals else "ok"
        for code in refusals:
            _refusals(code).inc()
        seconds = time.perf_counter() - self._began
        _durations(*self._labels, outcome).observe(seconds)
        self._labels = None


class OperationMetrics:
    """Clients choose names: one that the schema does not have is counted as `other`."""

    def __init__(self, schema: Schema, transport: str) -> None:
        self._transport = transport
        self._fields = _root_fields(schema._schema)  # noqa: SLF001 # it has no other

    def start(self, operation: Operation | None) -> Stopwatch:
        if operation is None:
            return Stopwatch(self._transport, "unknown", OTHER)
        known = operation.field in self._fields[operation.kind]
        field = operation.field if known else OTHER
        return Stopwatch(self._transport, operation.kind.value, field)


def _root_fields(schema: GraphQLSchema) -> dict[OperationType, frozenset[str]]:
    fields = {}
    for kind in OperationType:
        root: Any = schema.get_root_type(kind)
        fields[kind] = INTROSPECTION | {MULTIPLE} | set(root.fields if root else ())
    return fields

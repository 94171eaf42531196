"""One operation from its beginning to its end: whose it is, and what became of it."""

import asyncio
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Literal

from graphql import OperationType

from telemetry import origin
from telemetry.spans import spans
from transport.documents.document import Operation

log = logging.getLogger(__name__)

SLOW_SECONDS = 1.0
LONGEST_NAME = 100

# What the client did wrong is refused; a bug or a server that is away is a failure.
Outcome = Literal["ok", "refused", "failed", "cancelled"]


@dataclass(slots=True)
class Course:
    """Filled in as it becomes known; `operation` stays None when it never does."""

    id: str
    operation: Operation | None
    outcome: Outcome = "ok"

    @property
    def lasts(self) -> bool:
        operation = self.operation
        return operation is not None and operation.kind is OperationType.SUBSCRIPTION

    @property
    def name(self) -> str:
        """As the client calls it, or as the schema does."""
        if self.operation is None:
            return "operation"
        called = self.operation.name or self.operation.field
        return f"{self.operation.kind.value} {_short(called)}"


@contextmanager
def under_way(
    request_id: str,
    operation: Operation | None = None,
    trace_parent: str | None = None,
) -> Iterator[Course]:
    """All that is logged and told within is found by `request_id`."""
    origin.begin(request_id)
    course = Course(request_id, operation)
    began = time.perf_counter()
    # A subscription lasts for hours: its deliveries are spans, not itself.
    with nullcontext() if course.lasts else spans().root(trace_parent):
        try:
            yield course
        except asyncio.CancelledError:
            course.outcome = "cancelled"
            raise
        finally:
            _tell(course, time.perf_counter() - began)


def _tell(course: Course, seconds: float) -> None:
    """A line for each would cost: a crowd makes thousands a second, all alike."""
    operation = course.operation
    failed = course.outcome == "failed"
    if not course.lasts:
        spans().conclude(course.name, failed=failed, request_id=course.id)
    noteworthy = failed or (seconds > SLOW_SECONDS and not course.lasts)
    level = logging.INFO if noteworthy else logging.DEBUG
    if log.isEnabledFor(level):
        log.log(
            level,
            "operation",
            extra={
                "operation": operation and _short(operation.name or ""),
                "field": operation and _short(operation.field),
                "kind": operation and operation.kind.value,
                "outcome": course.outcome,
                "duration_ms": round(seconds * 1_000, 1),
            },
        )


def _short(name: str) -> str:
    """It is as long as a client likes."""
    return name[:LONGEST_NAME]

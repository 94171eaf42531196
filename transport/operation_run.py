"""One operation from its beginning to its end: its span, its line in the log."""

import asyncio
import logging
import time
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from types import TracebackType
from typing import Literal, Self

from graphql import OperationType

from telemetry import origin
from telemetry.spans import spans
from transport.documents.document import Operation

log = logging.getLogger(__name__)

SLOW_SECONDS = 1.0
MAX_LOGGED_CHARACTERS = 100
NO_SPAN = nullcontext()

# A client's mistake is refused; a bug or an unavailable server is a failure.
Outcome = Literal["ok", "refused", "failed", "cancelled"]


@dataclass(slots=True)
class OperationRun:
    """Everything that is logged and published inside of it carries `request_id`.

    `operation` is None until it is known, and for good if it never is. `trace_parent`
    is the client's.
    """

    request_id: str
    operation: Operation | None = None
    trace_parent: str | None = None
    outcome: Outcome = field(init=False, default="ok")
    _began: float = field(init=False)
    _span: AbstractContextManager[None] = field(init=False)

    def __enter__(self) -> Self:
        origin.begin(self.request_id)
        self._began = time.perf_counter()
        # A subscription lasts for hours: its deliveries are spans, not itself.
        self._span = (
            NO_SPAN if self.is_subscription else spans().root(self.trace_parent)
        )
        self._span.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if isinstance(error, asyncio.CancelledError):
            self.outcome = "cancelled"
        try:
            _report(self, time.perf_counter() - self._began)
        finally:
            self._span.__exit__(kind, error, trace)

    @property
    def is_subscription(self) -> bool:
        operation = self.operation
        return operation is not None and operation.kind is OperationType.SUBSCRIPTION

    @property
    def name(self) -> str:
        """The client's name for it, or else that of its field."""
        if self.operation is None:
            return "operation"
        name = self.operation.name or self.operation.field
        return f"{self.operation.kind.value} {_short(name)}"


def _report(run: OperationRun, seconds: float) -> None:
    """Logs only failed and slow operations: a crowd makes thousands a second."""
    operation = run.operation
    failed = run.outcome == "failed"
    if not run.is_subscription:
        spans().conclude(run.name, failed=failed, request_id=run.request_id)
    noteworthy = failed or (seconds > SLOW_SECONDS and not run.is_subscription)
    level = logging.INFO if noteworthy else logging.DEBUG
    if log.isEnabledFor(level):
        log.log(
            level,
            "operation",
            extra={
                "operation": operation and _short(operation.name or ""),
                "field": operation and _short(operation.field),
                "kind": operation and operation.kind.value,
                "outcome": run.outcome,
                "duration_ms": round(seconds * 1_000, 1),
            },
        )


def _short(name: str) -> str:
    """Clients choose names, of any length."""
    return name[:MAX_LOGGED_CHARACTERS]

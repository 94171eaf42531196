"""The interface of tracing, and its implementation that does nothing.

Only `telemetry.otlp` imports OpenTelemetry: without traces there is no cost.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Literal, Protocol

Kind = Literal["SERVER", "CLIENT", "PRODUCER", "CONSUMER"]


class TracedEvent(Protocol):
    @property
    def type(self) -> str: ...

    @property
    def trace_parent(self) -> str | None: ...


class Spans(Protocol):
    def trace_parent(self) -> str | None:
        """W3C traceparent of the current span, to pass on to another process."""

    def root(self, trace_parent: str | None) -> AbstractContextManager[None]:
        """The span of one operation, in the trace of its client if there is one."""

    def conclude(self, name: str, *, failed: bool, **facts: str | None) -> None:
        """Name, status and attributes of the root span, once they are known."""

    def child(self, name: str) -> AbstractContextManager[None]:
        """A child of the current span; nothing outside of one: loops leave no spans."""

    def each(
        self, kind: Kind, verb: str, events: Sequence[TracedEvent]
    ) -> AbstractContextManager[list[str | None]]:
        """A span for each event, in the event's own trace; the first is the current.

        Returns their trace parents, for what follows from each event.
        """

    def linked(
        self, name: str, trace_parents: Sequence[str]
    ) -> AbstractContextManager[None]:
        """One childless span linked to all traces; no span if there are none."""

    def shut_down(self) -> None: ...

    def watch_statements(self, db: Any) -> None:
        """Each statement of this asyncpg connection becomes a child span."""

    def watch_engine(self, engine: Any) -> None:
        """The same for a (synchronous) SQLAlchemy engine."""


class NoSpans:
    NOTHING: AbstractContextManager[None] = nullcontext()

    def trace_parent(self) -> str | None:
        return None

    def root(self, trace_parent: str | None) -> AbstractContextManager[None]:
        return self.NOTHING

    def conclude(self, name: str, *, failed: bool, **facts: str | None) -> None: ...

    def child(self, name: str) -> AbstractContextManager[None]:
        return self.NOTHING

    def each(
        self, kind: Kind, verb: str, events: Sequence[TracedEvent]
    ) -> AbstractContextManager[list[str | None]]:
        """Passes on the traces of others."""
        return nullcontext([event.trace_parent for event in events])

    def linked(
        self, name: str, trace_parents: Sequence[str]
    ) -> AbstractContextManager[None]:
        return self.NOTHING

    def shut_down(self) -> None: ...

    def watch_statements(self, db: Any) -> None: ...

    def watch_engine(self, engine: Any) -> None: ...


_spans: Spans = NoSpans()


def switch(spans: Spans) -> None:
    """Call it before connections are opened."""
    global _spans  # noqa: PLW0603 # one for the process, like the logging module
    _spans = spans


def spans() -> Spans:
    return _spans

"""Spans, when traces are switched on; when they are not, next to nothing.

OpenTelemetry is imported with `telemetry.otlp` alone: no traces, no cost.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Literal, Protocol

Kind = Literal["SERVER", "CLIENT", "PRODUCER", "CONSUMER"]


class Told(Protocol):
    """An event, as far as it matters here."""

    @property
    def type(self) -> str: ...

    @property
    def trace_parent(self) -> str | None: ...


class Spans(Protocol):
    def trace_parent(self) -> str | None:
        """Of the span that is under way, for what goes on elsewhere."""

    def root(self, trace_parent: str | None) -> AbstractContextManager[None]:
        """Of an operation; its caller may have a trace that it belongs to."""

    def conclude(self, name: str, *, failed: bool, **facts: str | None) -> None:
        """What the root turned out to be."""

    def child(self, name: str) -> AbstractContextManager[None]:
        """Only where something is under way: loops that poll leave no spans."""

    def each(
        self, kind: Kind, verb: str, events: Sequence[Told]
    ) -> AbstractContextManager[list[str | None]]:
        """A span for each, in its own trace; what they have in common is the first's.

        Gives their trace parents, for what comes of them.
        """

    def linked(
        self, name: str, trace_parents: Sequence[str]
    ) -> AbstractContextManager[None]:
        """One for all of them, which nothing becomes a child of; none for none."""

    def shut_down(self) -> None: ...

    def watch_statements(self, db: Any) -> None:
        """Each statement of this asyncpg connection becomes a child."""

    def watch_engine(self, engine: Any) -> None:
        """Likewise of a (synchronous) SQLAlchemy engine."""


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
        self, kind: Kind, verb: str, events: Sequence[Told]
    ) -> AbstractContextManager[list[str | None]]:
        """What others trace goes on through us."""
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
    """Before connections are opened."""
    global _spans  # noqa: PLW0603 # one for the process, like its log
    _spans = spans


def spans() -> Spans:
    return _spans

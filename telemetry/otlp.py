"""OpenTelemetry spans, sent to a collector by OTLP over HTTP."""

import os
import re
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import asyncpg
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import (
    Link,
    NonRecordingSpan,
    Span,
    SpanContext,
    SpanKind,
    Status,
    StatusCode,
    TraceFlags,
    get_current_span,
    set_span_in_context,
    use_span,
)
from sqlalchemy import Engine, event

from telemetry.spans import Kind, TracedEvent

# W3C trace context, version 00. Any other text counts as no trace.
TRACE_PARENT = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")
FLUSH_SECONDS = 2.0  # for spans that are not sent yet when the process stops
LONGEST_TEXT = 200


class OtlpSpans:
    """Exceptions are not recorded: only the log removes personal data from them."""

    def __init__(self, provider: TracerProvider) -> None:
        self._provider = provider
        self._tracer = provider.get_tracer("cinema-tickets")
        self._names: dict[str, str] = {}

    @classmethod
    def exporting(cls, service: str, process: str) -> "OtlpSpans":
        """The SDK reads endpoint, headers, sampler and sizes from the environment."""
        provider = TracerProvider(
            resource=Resource.create(
                {
                    "service.name": service,
                    "service.instance.id": f"{process}-{os.getpid()}",
                }
            ),
            shutdown_on_exit=False,
        )
        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        return cls(provider)

    def shut_down(self) -> None:
        # Without a collector its own time-outs are longer than a stop may last.
        sending = threading.Thread(target=self._provider.shutdown, daemon=True)
        sending.start()
        sending.join(FLUSH_SECONDS)

    def trace_parent(self) -> str | None:
        return _header(get_current_span().get_span_context())

    @contextmanager
    def root(self, trace_parent: str | None) -> Iterator[None]:
        span = self._start("operation", SpanKind.SERVER, trace_parent)
        with _current(span, end=True):
            yield

    def conclude(self, name: str, *, failed: bool, **facts: str | None) -> None:
        span = get_current_span()
        if span.is_recording():
            span.update_name(name)
            span.set_attributes({key: fact for key, fact in facts.items() if fact})
            if failed:
                span.set_status(StatusCode.ERROR)

    @contextmanager
    def child(self, name: str) -> Iterator[None]:
        if not get_current_span().is_recording():
            yield
            return
        with _current(self._tracer.start_span(name, kind=SpanKind.CLIENT), end=True):
            yield

    @contextmanager
    def each(
        self, kind: Kind, verb: str, events: Sequence[TracedEvent]
    ) -> Iterator[list[str | None]]:
        started = [
            self._start(f"{verb} {each.type}", SpanKind[kind], each.trace_parent)
            for each in events
        ]
        first = next((span for span in started if span.is_recording()), started[0])
        try:
            with _current(first, end=False):
                yield [_header(span.get_span_context()) for span in started]
        finally:
            for span in started:
                span.end()

    @contextmanager
    def linked(self, name: str, trace_parents: Sequence[str]) -> Iterator[None]:
        traces = [context for text in trace_parents if (context := _context_of(text))]
        sampled = [context for context in traces if context.trace_flags.sampled]
        if not sampled:
            yield
            return
        first, *others = sampled
        span = self._tracer.start_span(
            name,
            context=set_span_in_context(NonRecordingSpan(first), Context()),
            kind=SpanKind.CONSUMER,
            links=[Link(context) for context in others],
        )
        try:
            yield
        finally:
            span.end()

    def watch_statements(self, db: Any) -> None:
        db.add_query_logger(self._on_statement)

    def watch_engine(self, engine: Engine) -> None:
        @event.listens_for(engine, "before_cursor_execute")
        def before(_db: Any, _cursor: Any, _text: str, *rest: Any) -> None:
            _parameters, context, _many = rest
            if get_current_span().is_recording():
                context.began_ns = time.time_ns()

        @event.listens_for(engine, "after_cursor_execute")
        def after(_db: Any, _cursor: Any, text: str, *rest: Any) -> None:
            _parameters, context, _many = rest
            if began_ns := getattr(context, "began_ns", None):
                self._statement(text, began_ns, time.time_ns(), None)

    def _on_statement(self, query: asyncpg.connection.LoggedQuery) -> None:
        """Asyncpg calls it in the context of the caller, a moment after the end."""
        if get_current_span().is_recording():
            end_ns = time.time_ns()
            begin_ns = end_ns - int(query.elapsed * 1e9)
            self._statement(query.query, begin_ns, end_ns, query.exception)

    def _statement(
        self, text: str, begin_ns: int, end_ns: int, error: BaseException | None
    ) -> None:
        span = self._tracer.start_span(
            self._statement_name(text),
            kind=SpanKind.CLIENT,
            attributes={
                "db.system.name": "postgresql",
                "db.query.text": " ".join(text.split())[:LONGEST_TEXT],
            },
            start_time=begin_ns,
        )
        if error is not None:
            span.set_status(Status(StatusCode.ERROR, type(error).__name__))
        span.end(end_ns)

    def _statement_name(self, text: str) -> str:
        """The constant's name: most of our statements begin with WITH."""
        if not self._names:
            self._names = _constants()
        return self._names.get(text) or f"SQL {text.split(maxsplit=1)[0]}"

    def _start(self, name: str, kind: SpanKind, trace_parent: str | None) -> Span:
        """Never a child of the span that is current here."""
        context = _context_of(trace_parent)
        here = Context()
        if context is not None:
            here = set_span_in_context(NonRecordingSpan(context), here)
        return self._tracer.start_span(name, context=here, kind=kind)


@contextmanager
def _current(span: Span, *, end: bool) -> Iterator[None]:
    with use_span(
        span, end_on_exit=end, record_exception=False, set_status_on_exception=False
    ):
        try:
            yield
        except Exception as error:
            span.set_status(Status(StatusCode.ERROR, type(error).__name__))
            raise


def _context_of(trace_parent: str | None) -> SpanContext | None:
    found = TRACE_PARENT.fullmatch(trace_parent or "")
    if found is None:
        return None
    trace_id, span_id, flags = (int(part, 16) for part in found.groups())
    context = SpanContext(
        trace_id, span_id, is_remote=True, trace_flags=TraceFlags(flags)
    )
    return context if context.is_valid else None


def _header(context: SpanContext) -> str | None:
    if not context.is_valid:
        return None
    return (
        f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"
    )


def _constants() -> dict[str, str]:
    """Names of the SQL constants in loaded modules of persistence, by their text."""
    return {
        text: f"{module.__name__.rpartition('.')[2]}.{name}"
        for module in tuple(sys.modules.values())
        if getattr(module, "__name__", "").startswith("persistence.")
        for name, text in vars(module).items()
        if name.isupper() and isinstance(text, str)
    }

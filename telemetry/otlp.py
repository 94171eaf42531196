"""Spans by OpenTelemetry, sent to a collector by OTLP over HTTP."""

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

from telemetry.spans import Kind, Told

# W3C, version 00: other texts are none, however long.
TRACE_PARENT = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")
LEFT_SECONDS = 2.0  # for what is not sent yet when the process stops
LONGEST_TEXT = 200


class OtlpSpans:
    """Exceptions are not recorded: their texts are the log's, which cleans them."""

    def __init__(self, provider: TracerProvider) -> None:
        self._provider = provider
        self._tracer = provider.get_tracer("cinema-tickets")
        self._names: dict[str, str] = {}

    @classmethod
    def exporting(cls, service: str, process: str) -> "OtlpSpans":
        """The rest is read from the environment: endpoint, headers, sampler, sizes."""
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
        # Its own bounds are longer than a stop may last, when the collector is away.
        sending = threading.Thread(target=self._provider.shutdown, daemon=True)
        sending.start()
        sending.join(LEFT_SECONDS)

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
        self, kind: Kind, verb: str, events: Sequence[Told]
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
        told = [context for text in trace_parents if (context := _context_of(text))]
        sampled = [context for context in told if context.trace_flags.sampled]
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
        db.add_query_logger(self._tell_statement)

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

    def _tell_statement(self, told: asyncpg.connection.LoggedQuery) -> None:
        """Called in the context of who asked, a moment later."""
        if get_current_span().is_recording():
            end_ns = time.time_ns()
            begin_ns = end_ns - int(told.elapsed * 1e9)
            self._statement(told.query, begin_ns, end_ns, told.exception)

    def _statement(
        self, text: str, begin_ns: int, end_ns: int, error: BaseException | None
    ) -> None:
        span = self._tracer.start_span(
            self._name_of(text),
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

    def _name_of(self, text: str) -> str:
        """As the code calls it, since most of ours begin with WITH."""
        if not self._names:
            self._names = _constants()
        return self._names.get(text) or f"SQL {text.split(maxsplit=1)[0]}"

    def _start(self, name: str, kind: SpanKind, trace_parent: str | None) -> Span:
        """Never a child of what happens to be under way here."""
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
    """The statements of the persistence modules that are loaded, and their names."""
    return {
        text: f"{module.__name__.rpartition('.')[2]}.{name}"
        for module in tuple(sys.modules.values())
        if getattr(module, "__name__", "").startswith("persistence.")
        for name, text in vars(module).items()
        if name.isupper() and isinstance(text, str)
    }

"""When tracing is on, and what the span of an operation contains."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import httpx2
import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from telemetry import origin, tracing
from telemetry.otlp import OtlpSpans
from telemetry.spans import NoSpans, spans, switch
from tests.support.asgi_socket import AsgiSocket
from tests.support.http_client import post
from tests.support.run import ROOT
from transport.socket_endpoint.endpoint import GraphQLWebSocket

TRACE = "0af7651916cd43dd8448eb211c80319c"
OTHER = "1af7651916cd43dd8448eb211c80319c"
PARENT = "b7ad6b7169203331"


@dataclass
class Event:
    type: str
    trace_parent: str | None


@pytest.fixture
def exporter() -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    switch(OtlpSpans(provider))
    yield exporter
    switch(NoSpans())


def parent_of(span: ReadableSpan) -> tuple[str, str] | None:
    if span.parent is None:
        return None
    return f"{span.parent.trace_id:032x}", f"{span.parent.span_id:016x}"


@pytest.mark.parametrize(
    ("environ", "on"),
    [
        ({}, False),
        ({"OTEL_SERVICE_NAME": "tickets", "OTEL_TRACES_SAMPLER": "always_on"}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"}, True),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://127.0.0.1:4318"}, True),
        ({"OTEL_TRACES_EXPORTER": "otlp"}, True),
        ({"OTEL_TRACES_EXPORTER": "OTLP", "OTEL_SDK_DISABLED": "TRUE"}, False),
        ({"OTEL_TRACES_EXPORTER": "none", "OTEL_EXPORTER_OTLP_ENDPOINT": "x"}, False),
        ({"OTEL_TRACES_EXPORTER": "console"}, False),
    ],
)
def test_the_standard_variables_switch_it_on(environ: dict[str, str], on: bool) -> None:
    assert tracing.is_enabled(environ) is on


def test_opentelemetry_is_not_imported_when_tracing_is_off() -> None:
    script = (
        "import sys, app.serve, app.worker; from telemetry import tracing;"
        "tracing.set_up('api', {});"
        "print({'telemetry.otlp', 'opentelemetry.sdk.trace'} & sys.modules.keys())"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, check=True
    )

    assert ran.stdout == b"set()\n"
    assert isinstance(spans(), NoSpans)


async def test_an_operation_continues_its_clients_trace(
    http: httpx2.AsyncClient, exporter: InMemorySpanExporter
) -> None:
    await post(
        http,
        {"query": "query Greet { hello }"},
        traceparent=f"00-{TRACE}-{PARENT}-01",
        **{"X-Request-Id": "r1"},
    )

    [span] = exporter.get_finished_spans()
    assert (span.name, parent_of(span)) == ("query Greet", (TRACE, PARENT))
    assert dict(span.attributes or {}) == {"request_id": "r1"}


@pytest.mark.parametrize(
    "header",
    [
        "",
        "00",
        f"00-{TRACE}-{PARENT}",
        f"00-{TRACE.upper()}-{PARENT}-01",
        f"00-{'0' * 32}-{PARENT}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"ff-{TRACE}-{PARENT}-01",
        f"00-{TRACE}-{PARENT}-01-more",
        f"00-{TRACE}-{PARENT}-01" * 1_000,
    ],
)
async def test_a_malformed_trace_is_ignored(
    header: str, http: httpx2.AsyncClient, exporter: InMemorySpanExporter
) -> None:
    response = await post(http, {"query": "{ hello }"}, traceparent=header)

    assert response.json() == {"data": {"hello": "hello world"}}
    [span] = exporter.get_finished_spans()
    assert (span.name, parent_of(span)) == ("query hello", None)


async def test_a_fault_is_marked_without_its_text(
    http: httpx2.AsyncClient, exporter: InMemorySpanExporter
) -> None:
    with pytest.raises(RuntimeError), spans().root(None):
        raise RuntimeError("a secret")
    await post(http, {"query": "{ nothing }"})

    failed, refused = exporter.get_finished_spans()
    assert failed.status.is_ok is False
    assert failed.status.description == "RuntimeError"
    assert "a secret" not in failed.to_json()
    assert refused.status.is_ok is True  # the client's fault


async def test_a_socket_has_a_span_for_each_operation_that_ends(
    app: GraphQLWebSocket, exporter: InMemorySpanExporter
) -> None:
    async with AsgiSocket(app) as socket:
        await socket.init()
        socket.subscribe("s", 'subscription { seatMap(sessionId: "s1") { text } }')
        await socket.receive()
        for number in ("1", "2"):
            socket.subscribe(number, "query Greet { hello }")
            await socket.receive()
            await socket.receive()

    finished = exporter.get_finished_spans()
    assert [span.name for span in finished] == ["query Greet"] * 2
    assert len({span.context.trace_id for span in finished if span.context}) == 2


def test_an_outbox_row_names_the_span(
    exporter: InMemorySpanExporter,
) -> None:
    with spans().root(f"00-{TRACE}-{PARENT}-01"):
        _, trace_parent = origin.of_event()

    [span] = exporter.get_finished_spans()
    assert span.context is not None
    assert trace_parent == f"00-{TRACE}-{span.context.span_id:016x}-01"


def test_each_event_of_a_batch_continues_its_own_trace(
    exporter: InMemorySpanExporter,
) -> None:
    events = [
        Event("A", f"00-{TRACE}-{PARENT}-00"),  # not sampled
        Event("B", f"00-{OTHER}-{PARENT}-01"),
        Event("C", None),
    ]

    with spans().each("CONSUMER", "handles", events) as parents, spans().child("SQL"):
        pass

    by_name = {span.name: span for span in exporter.get_finished_spans()}
    assert by_name.keys() == {"handles B", "handles C", "SQL"}
    assert parent_of(by_name["handles B"]) == (OTHER, PARENT)
    assert parent_of(by_name["handles C"]) is None
    handles_b = by_name["handles B"].context
    assert handles_b is not None
    assert parent_of(by_name["SQL"]) == (OTHER, f"{handles_b.span_id:016x}")
    assert parents[0] is not None and parents[0].startswith(f"00-{TRACE}-")
    assert parents[0].endswith("-00")
    assert parents[1] == f"00-{OTHER}-{handles_b.span_id:016x}-01"


def test_a_delivery_of_several_changes_is_one_span_with_links(
    exporter: InMemorySpanExporter,
) -> None:
    traces = [
        f"00-{TRACE}-{PARENT}-00",
        f"00-{OTHER}-{PARENT}-01",
        f"00-{TRACE}-{PARENT}-01",
        "none",
    ]

    with spans().linked("deliver seats", traces):
        assert spans().trace_parent() is None
    with spans().linked("deliver seats", [traces[0], "none"]):
        pass

    [span] = exporter.get_finished_spans()
    assert parent_of(span) == (OTHER, PARENT)
    assert [f"{link.context.trace_id:032x}" for link in span.links] == [TRACE]


def test_statements_outside_an_operation_leave_no_span(
    exporter: InMemorySpanExporter,
) -> None:
    with spans().child("SQL"):
        pass

    assert exporter.get_finished_spans() == ()


def test_without_tracing_the_traces_of_others_are_passed_on() -> None:
    trace_parent = f"00-{TRACE}-{PARENT}-01"
    off = NoSpans()

    events = [Event("A", trace_parent), Event("B", None)]
    with off.each("PRODUCER", "send", events) as parents, off.root(trace_parent):
        assert off.trace_parent() is None

    assert parents == [trace_parent, None]

"""A collector of traces that keeps in memory what OTLP over HTTP sends."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
)


@dataclass(frozen=True)
class CollectedSpan:
    """Ids are in hexadecimal; `parent` is empty at a root."""

    service: str
    name: str
    trace: str
    id: str
    parent: str
    failed: bool
    attributes: dict[str, str]
    links: tuple[str, ...]


class Collector:
    def __init__(self) -> None:
        self.spans: list[CollectedSpan] = []
        self.received = b""
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                collector.take(body)
                self.send_response(200)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None: ...

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def take(self, body: bytes) -> None:
        self.received += body
        request = ExportTraceServiceRequest.FromString(body)
        for resource in request.resource_spans:
            fields = {
                each.key: each.value.string_value
                for each in resource.resource.attributes
            }
            self.spans += [
                CollectedSpan(
                    service=fields["service.name"],
                    name=span.name,
                    trace=span.trace_id.hex(),
                    id=span.span_id.hex(),
                    parent=span.parent_span_id.hex(),
                    failed=span.status.code == span.status.STATUS_CODE_ERROR,
                    attributes={
                        each.key: each.value.string_value for each in span.attributes
                    },
                    links=tuple(link.trace_id.hex() for link in span.links),
                )
                for scope in resource.scope_spans
                for span in scope.spans
            ]

    def of(self, trace: str) -> list[CollectedSpan]:
        return [span for span in self.spans if span.trace == trace]

    def path_to(self, trace: str, name: str) -> list[str]:
        """The names from the root to the (only) span of this name."""
        spans = {span.id: span for span in self.of(trace)}
        [span] = [each for each in spans.values() if each.name == name]
        path = [span.name]
        while span.parent in spans:
            span = spans[span.parent]
            path.insert(0, span.name)
        return path


@contextmanager
def collecting() -> Iterator[Collector]:
    collector = Collector()
    collector.start()
    try:
        yield collector
    finally:
        collector.stop()

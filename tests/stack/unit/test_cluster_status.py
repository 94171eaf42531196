"""Which worker's relay is at work: the one that says so in its metrics."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

from prometheus_client import CollectorRegistry, Gauge, generate_latest

from realtime.metrics import RELAY_LEADS
from stack.cluster import status
from stack.embedded.ports import ReservedPort, has_page


@contextmanager
def answering(metrics: bytes) -> Iterator[int]:
    """A server of one page, and its port."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/metrics" else 404)
            self.end_headers()
            self.wfile.write(metrics)

        def log_message(self, *_: object) -> None:
            """Logs nothing."""

    Page.protocol_version = "HTTP/1.1"
    with HTTPServer(("127.0.0.1", 0), Page) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def leading(value: int) -> bytes:
    registry = CollectorRegistry()
    [family] = RELAY_LEADS.collect()
    Gauge(family.name, family.documentation, registry=registry).set(value)
    return generate_latest(registry)


async def test_the_worker_that_leads_is_named() -> None:
    reserved = ReservedPort()
    with ExitStack() as servers:
        ports = {
            "worker-1": {"9100": reserved.number},  # it is down
            "worker-2": {"9100": servers.enter_context(answering(leading(0)))},
            "worker-3": {"9100": servers.enter_context(answering(leading(1)))},
            "api-1": {"3333": 1},
        }
        services = {name: {"ports": each} for name, each in ports.items()}

        leader = await status._leader(services)
        del services["worker-3"]
        nobody = await status._leader(services)
    reserved.close()

    assert (leader, nobody) == ("worker-3", None)


def test_a_page_is_there_when_it_is_answered_with_200() -> None:
    reserved = ReservedPort()
    with answering(b"") as port:
        assert has_page("/metrics", port)
        assert not has_page("/graphiql", port)
        assert not has_page("/metrics", reserved.number)
    reserved.close()

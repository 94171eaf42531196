"""A process that stops sends its remaining spans, within bounds."""

import os
import socket
import subprocess
import sys

import pytest

from telemetry.otlp import OtlpSpans
from tests.support.collector import collecting
from tests.support.run import ROOT

TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = "b7ad6b7169203331"


def test_a_stop_sends_remaining_spans() -> None:
    with collecting() as collector, pytest.MonkeyPatch.context() as patch:
        patch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
        traces = OtlpSpans.exporting("tickets", "api")
        with traces.root(f"00-{TRACE}-{PARENT}-01"):
            pass

        traces.shut_down()

        [span] = collector.spans
    assert (span.service, span.trace, span.parent) == ("tickets", TRACE, PARENT)


def test_a_silent_collector_does_not_delay_a_stop() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        script = (
            "from telemetry.otlp import OtlpSpans; from threading import active_count\n"
            "traces = OtlpSpans.exporting('tickets', 'api')\n"
            "with traces.root(None): pass\n"
            "traces.shut_down(); print(active_count() > 1)"
        )
        ran = subprocess.run(
            [sys.executable, "-c", script],
            cwd=ROOT,
            capture_output=True,
            check=True,
            env=os.environ
            | {
                "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{port}",
                "OTEL_EXPORTER_OTLP_TIMEOUT": "3600",
            },
            timeout=60,
        )

    assert ran.stdout == b"True\n"  # it was still sending and was abandoned

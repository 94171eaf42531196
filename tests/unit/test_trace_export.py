"""What a process that stops does with the spans that it still has."""

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


def test_a_stop_sends_what_is_left() -> None:
    with collecting() as collector, pytest.MonkeyPatch.context() as patch:
        patch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
        told = OtlpSpans.exporting("tickets", "api")
        with told.root(f"00-{TRACE}-{PARENT}-01"):
            pass

        told.shut_down()

        [span] = collector.spans
    assert (span.service, span.trace, span.parent) == ("tickets", TRACE, PARENT)


def test_a_collector_that_says_nothing_does_not_keep_a_stop_waiting() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        script = (
            "from telemetry.otlp import OtlpSpans; from threading import active_count\n"
            "told = OtlpSpans.exporting('tickets', 'api')\n"
            "with told.root(None): pass\n"
            "told.shut_down(); print(active_count() > 1)"
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

    assert ran.stdout == b"True\n"  # it was still being sent, and was left alone

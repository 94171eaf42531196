"""Tracing is switched on by OpenTelemetry's own environment variables."""

import logging
from collections.abc import Mapping

from telemetry.spans import spans, switch

logger = logging.getLogger(__name__)

ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")


def is_enabled(environ: Mapping[str, str]) -> bool:
    """True with an exporter or an endpoint; `none` and OTEL_SDK_DISABLED win."""
    if environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return False
    exporter = environ.get("OTEL_TRACES_EXPORTER", "").strip().lower()
    if exporter:
        return exporter == "otlp"
    return any(environ.get(name) for name in ENDPOINTS)


def set_up(process: str, environ: Mapping[str, str]) -> None:
    """Call it before any connection is opened. `process` is `api` or `worker`."""
    if not is_enabled(environ):
        return
    from telemetry.otlp import OtlpSpans  # noqa: PLC0415 # a tenth of a second of imports

    name = environ.get("OTEL_SERVICE_NAME") or f"cinema-tickets-{process}"
    switch(OtlpSpans.exporting(name, process))
    logger.info("traces are on", extra={"service": name})


def shut_down() -> None:
    """Sends remaining spans, for two seconds at most."""
    spans().shut_down()

"""Log formats: one JSON object a line, or plain text."""

import logging
import re
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Literal

from pythonjsonlogger.core import RESERVED_ATTRS, merge_record_extra
from pythonjsonlogger.json import JsonFormatter

from telemetry import origin

# Only these log below WARNING. Libraries log whole frames, headers and URLs there,
# which may carry secrets and personal data.
OURS = (
    "app",
    "auth",
    "domain",
    "mail",
    "persistence",
    "providers",
    "realtime",
    "resolvers",
    "runtime",
    "schema",
    "seeds",
    "stack",
    "telemetry",
    "transport",
)
# Postgres quotes a row that it refuses: names, addresses, hashes.
ROW = re.compile(r"\nDETAIL:.*?(?=\nHINT:|\n\[SQL|\n\n|\Z)", re.DOTALL)

ExceptionInfo = (
    tuple[type[BaseException], BaseException, TracebackType | None]
    | tuple[None, None, None]
)


def set_up(level_name: str, form: Literal["json", "text"]) -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines() if form == "json" else TextLines())
    handler.addFilter(add_origin)
    level = logging.getLevelNamesMapping()[level_name]
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(max(level, logging.WARNING))
    for name in OURS:
        logging.getLogger(name).setLevel(level)
    # It logs each reconnect at length; our relay and consumers log one line instead.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)


def add_origin(record: logging.LogRecord) -> bool:
    now = origin.current()
    if now is not None:
        if not hasattr(record, "request_id"):
            record.request_id = now.request_id
        if now.viewer_id is not None:
            record.viewer_id = str(now.viewer_id)
    return True


class JsonLines(JsonFormatter):
    """`time`, `level`, `logger`, `message`, then fields of the call and its origin."""

    def __init__(self) -> None:
        super().__init__(
            ["asctime", "levelname", "name", "message"],
            rename_fields={
                "asctime": "time",
                "levelname": "level",
                "name": "logger",
                "exc_info": "exception",
            },
        )

    def formatTime(  # noqa: N802 # logging's name
        self, record: logging.LogRecord, datefmt: str | None = None
    ) -> str:
        return _moment(record)

    def formatException(self, ei: ExceptionInfo) -> str:  # noqa: N802 # logging's name
        return without_rows(str(super().formatException(ei)))


class TextLines(logging.Formatter):
    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def formatTime(  # noqa: N802 # logging's name
        self, record: logging.LogRecord, datefmt: str | None = None
    ) -> str:
        return _moment(record)

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 # likewise
        facts: dict[str, Any] = merge_record_extra(record, {}, RESERVED_ATTRS)
        fields = "".join(f" {name}={value}" for name, value in facts.items())
        return super().formatMessage(record) + fields

    def formatException(self, ei: ExceptionInfo) -> str:  # noqa: N802 # logging's name
        return without_rows(super().formatException(ei))


def without_rows(traceback: str) -> str:
    return ROW.sub("", traceback)


def _moment(record: logging.LogRecord) -> str:
    moment = datetime.fromtimestamp(record.created, UTC)
    return moment.isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"

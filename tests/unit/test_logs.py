"""The format of log lines, and what never gets into one."""

import json
import logging
import sys
from collections.abc import Iterator
from contextvars import copy_context
from datetime import datetime
from io import StringIO
from uuid import UUID

import asyncpg
import pytest

from telemetry import logs, origin

ANA = UUID(int=1)


def logger_with(formatter: logging.Formatter) -> tuple[logging.Logger, StringIO]:
    written = StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(formatter)
    handler.addFilter(logs.add_origin)
    logger = logging.Logger("app.tests")  # noqa: LOG001 # for this test alone
    logger.addHandler(handler)
    return logger, written


def test_a_line_is_one_json_object() -> None:
    logger, written = logger_with(logs.JsonLines())

    logger.warning("two\nlines", extra={"seats": 2})

    [line] = written.getvalue().splitlines()
    fields = json.loads(line)
    moment = fields.pop("time")
    assert fields == {
        "level": "WARNING",
        "logger": "app.tests",
        "message": "two\nlines",
        "seats": 2,
    }
    assert moment.endswith("Z") and len(moment) == len("2030-01-01T00:00:00.000Z")
    assert datetime.fromisoformat(moment)


def test_a_line_names_the_request_and_the_viewer() -> None:
    logger, written = logger_with(logs.JsonLines())

    def operate() -> None:
        origin.begin("r1").viewer_id = ANA
        logger.info("held")

    copy_context().run(operate)
    logger.info("nobody's")

    first, second = map(json.loads, written.getvalue().splitlines())
    assert (first["request_id"], first["viewer_id"]) == ("r1", str(ANA))
    assert "request_id" not in second


def test_an_exception_is_one_field_without_the_row_that_postgres_quotes() -> None:
    logger, written = logger_with(logs.JsonLines())
    refused = asyncpg.CheckViolationError("new row violates ck_kind")
    refused.detail = "Failing row contains (ana@cinema.example,\nhash of hers)."

    try:
        raise RuntimeError("it broke") from refused  # noqa: TRY301 # to be logged
    except RuntimeError:
        logger.exception("failed")

    fields = json.loads(written.getvalue())
    assert fields["exception"].endswith("RuntimeError: it broke")
    assert "new row violates ck_kind" in fields["exception"]
    assert "ana@" not in fields["exception"]
    assert "hash of hers" not in fields["exception"]


def test_text_that_is_not_unicode_is_written() -> None:
    logger, written = logger_with(logs.JsonLines())

    logger.info("half a pair: %s", "\ud800")

    assert json.loads(written.getvalue())["message"] == "half a pair: \ud800"


def test_text_lines_have_the_fields_after_the_message() -> None:
    logger, written = logger_with(logs.TextLines())

    logger.info("tidied", extra={"rows": 3})

    assert written.getvalue().endswith("Z INFO app.tests tidied rows=3\n")


@pytest.fixture
def root(monkeypatch: pytest.MonkeyPatch) -> Iterator[logging.Logger]:
    """A root logger without handlers; all levels are restored afterwards."""
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [])
    names = (*logs.OURS, "aiokafka")
    levels = {name: logging.getLogger(name).level for name in names}
    level = root.level
    yield root
    root.setLevel(level)
    for name, before in levels.items():
        logging.getLogger(name).setLevel(before)


@pytest.mark.usefixtures("root")
@pytest.mark.parametrize("name", ["uvicorn.error", "websockets", "httpx2", "asyncio"])
def test_libraries_log_nothing_below_a_warning(
    name: str,
) -> None:
    logs.set_up("DEBUG", "json")

    assert not logging.getLogger(name).isEnabledFor(logging.INFO)
    assert logging.getLogger(name).isEnabledFor(logging.WARNING)
    assert logging.getLogger("transport.http_endpoint.view").isEnabledFor(logging.DEBUG)
    assert logging.getLogger("realtime.relay").isEnabledFor(logging.DEBUG)


def test_the_level_is_a_setting(root: logging.Logger) -> None:
    logs.set_up("ERROR", "text")

    assert not logging.getLogger("app.worker").isEnabledFor(logging.WARNING)
    assert not logging.getLogger("uvicorn.error").isEnabledFor(logging.WARNING)
    handler = root.handlers[-1]
    assert isinstance(handler, logging.StreamHandler)
    assert handler.stream is sys.stderr
    assert isinstance(handler.formatter, logs.TextLines)

"""Which operations are logged, and with which fields."""

import logging
from typing import Any

import httpx2
import pytest

from tests.support.asgi_socket import AsgiSocket
from tests.support.http_client import post
from transport import operation_run
from transport.socket_endpoint.endpoint import GraphQLWebSocket

HELLO = {"query": "query Greet { hello }", "operationName": "Greet"}


def operations_in(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    names = ("levelname", "operation", "kind", "field", "outcome")
    return [
        {name: record.__dict__[name] for name in names}
        for record in caplog.records
        if record.name == operation_run.__name__
    ]


async def test_a_good_operation_is_not_logged(
    http: httpx2.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "transport")

    await post(http, HELLO)

    assert operations_in(caplog) == []


async def test_a_debug_log_has_each(
    http: httpx2.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "transport")

    await post(http, HELLO)
    await post(http, {"query": "{ nothing }"})
    await post(http, {"query": 7})

    assert operations_in(caplog) == [
        {
            "levelname": "DEBUG",
            "operation": "Greet",
            "kind": "query",
            "field": "hello",
            "outcome": "ok",
        },
        {
            "levelname": "DEBUG",
            "operation": "",
            "kind": "query",
            "field": "nothing",
            "outcome": "refused",
        },
        {
            "levelname": "DEBUG",
            "operation": None,
            "kind": None,
            "field": None,
            "outcome": "refused",
        },
    ]


async def test_a_slow_operation_is_logged(
    http: httpx2.AsyncClient,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    caplog.set_level(logging.INFO, "transport")
    monkeypatch.setattr(operation_run, "SLOW_SECONDS", 0.0)

    await post(http, HELLO)

    assert operations_in(caplog) == [
        {
            "levelname": "INFO",
            "operation": "Greet",
            "kind": "query",
            "field": "hello",
            "outcome": "ok",
        }
    ]


async def test_a_subscription_is_not_slow_for_having_lasted(
    app: GraphQLWebSocket,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    caplog.set_level(logging.DEBUG, "transport")
    monkeypatch.setattr(operation_run, "SLOW_SECONDS", 0.0)

    async with AsgiSocket(app) as socket:
        await socket.init()
        socket.subscribe("q", "query Greet { hello }")
        await socket.receive()
        await socket.receive()
        socket.subscribe("s", 'subscription Map { seatMap(sessionId: "s1") { text } }')
        await socket.receive()

    assert operations_in(caplog) == [
        {
            "levelname": "INFO",
            "operation": "Greet",
            "kind": "query",
            "field": "hello",
            "outcome": "ok",
        },
        {
            "levelname": "DEBUG",
            "operation": "Map",
            "kind": "subscription",
            "field": "seatMap",
            "outcome": "cancelled",
        },
    ]

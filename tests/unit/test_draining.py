"""After TERM requests are still served, /readyz fails and connections close."""

import signal

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket

from transport.server.graceful_drain import DrainingApp, DrainingServer


async def answer(_request: Request) -> PlainTextResponse:
    return PlainTextResponse("served")


async def greet(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.send_text("served")
    await websocket.close()


def draining() -> DrainingApp:
    routes = [
        Route("/graphql", answer),
        Route("/readyz", answer),
        WebSocketRoute("/graphql", greet),
    ]
    return DrainingApp(Starlette(routes=routes))


def server(app: DrainingApp, seconds: float) -> DrainingServer:
    return DrainingServer(uvicorn.Config(app, log_config=None), app, seconds)


def test_nothing_is_changed_before_the_drain() -> None:
    with TestClient(draining()) as client:
        served, ready = client.get("/graphql"), client.get("/readyz")

    assert (served.text, ready.text) == ("served", "served")
    assert "connection" not in served.headers


def test_during_the_drain_responses_close_connections_and_readyz_is_503() -> None:
    app = draining()
    app.has_begun = True

    with TestClient(app) as client:
        served, ready = client.get("/graphql"), client.get("/readyz")
        with client.websocket_connect("/graphql") as socket:
            said = socket.receive_text()

    assert (served.status_code, served.text) == (200, "served")
    assert served.headers["connection"] == ready.headers["connection"] == "close"
    assert ready.status_code == 503
    assert ready.json() == {"ready": False, "api": "stopping"}
    assert said == "served"


async def test_the_first_signal_begins_the_drain_and_its_time_ends_it() -> None:
    app = draining()
    stopping = server(app, 0.01)

    stopping.handle_exit(signal.SIGTERM, None)
    begun, stopped = app.has_begun, stopping.should_exit
    while not await stopping.on_tick(1):
        pass

    assert (begun, stopped) == (True, False)
    assert stopping.should_exit


async def test_a_second_signal_is_obeyed_at_once() -> None:
    stopping = server(draining(), 60)

    stopping.handle_exit(signal.SIGTERM, None)
    stopping.handle_exit(signal.SIGTERM, None)

    assert await stopping.on_tick(1)


async def test_without_seconds_the_first_signal_is_obeyed_at_once() -> None:
    app = draining()
    stopping = server(app, 0)

    stopping.handle_exit(signal.SIGTERM, None)

    assert await stopping.on_tick(1)
    assert not app.has_begun

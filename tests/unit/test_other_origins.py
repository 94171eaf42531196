"""Pages of other origins may use the API only if CORS_ORIGINS names them."""

from pathlib import Path

import httpx2
import pytest

from app.asgi import application
from app.settings import Settings
from runtime.errors import CommandError
from tests.support.asgi_server import started
from tests.support.http_client import client_of
from tests.support.signing_keys import make_keys

PAGE = "https://app.example"


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    make_keys(tmp_path)
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1")
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:1")
    monkeypatch.setenv("SIGNING_KEYS_DIR", str(tmp_path))
    return monkeypatch


async def preflight(
    http: httpx2.AsyncClient, origin: str, headers: str = "authorization,content-type"
) -> httpx2.Response:
    wanted = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": headers,
    }
    return await http.options("/graphql", headers=wanted)


async def test_a_page_that_is_named_may_ask_and_read(
    environment: pytest.MonkeyPatch,
) -> None:
    environment.setenv("CORS_ORIGINS", f"http://localhost:5173, {PAGE}")

    async with (
        started(application(Settings.load())) as api,
        client_of(api) as http,
    ):
        leave = await preflight(http, PAGE)
        answer = await http.get("/graphql", headers={"Origin": PAGE})
        types = await http.get("/possible-types.json", headers={"Origin": PAGE})

    assert types.headers["access-control-allow-origin"] == PAGE
    assert leave.status_code == 200
    assert leave.headers["access-control-allow-origin"] == PAGE
    assert "authorization" in leave.headers["access-control-allow-headers"].lower()
    assert answer.headers["access-control-allow-origin"] == PAGE
    assert answer.headers["access-control-expose-headers"] == "date, x-request-id"
    assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize(
    ("more", "header", "status"),
    [
        *(
            ("", header, 200)
            for header in (
                "x-request-id",
                "traceparent",
                "tracestate",
                "baggage",
                "sentry-trace",
                "apollo-require-preflight",
                "apollographql-client-name",
                "apollographql-client-version",
            )
        ),
        ("", "x-house", 400),
        ("X-House, x-other", "x-house", 200),
        ("X-House, x-other", "traceparent", 200),
        ("X-House, x-other", "x-third", 400),
    ],
)
async def test_which_headers_it_may_send(
    environment: pytest.MonkeyPatch, more: str, header: str, status: int
) -> None:
    environment.setenv("CORS_ORIGINS", PAGE)
    environment.setenv("CORS_HEADERS", more)

    async with (
        started(application(Settings.load())) as api,
        client_of(api) as http,
    ):
        leave = await preflight(http, PAGE, f"authorization,content-type,{header}")

    assert leave.status_code == status
    allowed = leave.headers["access-control-allow-headers"].lower().split(", ")
    assert (header in allowed) == (status == 200)


@pytest.mark.parametrize("origins", ["", "https://other.example"])
async def test_nobody_else_may(environment: pytest.MonkeyPatch, origins: str) -> None:
    environment.setenv("CORS_ORIGINS", origins)

    async with (
        started(application(Settings.load())) as api,
        client_of(api) as http,
    ):
        leave = await preflight(http, PAGE)
        answer = await http.get("/graphql", headers={"Origin": PAGE})

    assert leave.status_code in {400, 405}
    assert "access-control-allow-origin" not in leave.headers
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize(
    "origins", ["*", "app.example", "https://app.example/", "https://*.example", "null"]
)
def test_what_is_no_origin_is_refused(
    environment: pytest.MonkeyPatch, origins: str
) -> None:
    environment.setenv("CORS_ORIGINS", origins)

    with pytest.raises(CommandError, match=r"\(CORS_ORIGINS: "):
        Settings.load()


@pytest.mark.parametrize("headers", ["*", "x house", "x-house: y"])
def test_what_is_no_header_is_refused(
    environment: pytest.MonkeyPatch, headers: str
) -> None:
    environment.setenv("CORS_HEADERS", headers)

    with pytest.raises(CommandError, match=r"\(CORS_HEADERS: "):
        Settings.load()

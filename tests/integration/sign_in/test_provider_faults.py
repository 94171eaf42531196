"""Providers that are unavailable, slow or strange, and stores that are unavailable."""

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse
from starlette.types import ASGIApp

from auth.providers import routes
from auth.providers.client import MAX_ANSWER_BYTES
from persistence.postgres.pool import Pool
from tests.support.asgi_server import Environment, running
from tests.support.embedded import EmbeddedStack
from tests.support.issuer import CLIENT_SECRET, Issuer
from tests.support.sign_in_browser import SignInBrowser, returned

UNAVAILABLE = {"error": "provider_unavailable"}
FAILED = {"error": "sign_in_failed"}


@pytest.fixture
async def app(with_providers: Environment) -> AsyncIterator[ASGIApp]:
    """One for each test: it remembers what issuers say of themselves."""
    async with running(with_providers) as app:
        yield app


@pytest.fixture
async def silent_port() -> AsyncIterator[int]:
    """Takes connections, and says nothing."""
    until = asyncio.Event()

    async def wait(_reader: object, writer: asyncio.StreamWriter) -> None:
        await until.wait()
        writer.close()

    async with await asyncio.start_server(wait, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]
        until.set()


async def test_a_provider_that_is_away_when_it_begins(
    browser: SignInBrowser, issuer: Issuer
) -> None:
    issuer.down = True

    begun = await browser.begin(state="7")

    assert returned(begun) == UNAVAILABLE | {"state": "7"}
    assert "set-cookie" not in begun.headers
    issuer.down = False
    assert (await browser.sign_in()).keys() == {"code"}


async def test_a_provider_that_is_away_when_it_ends(
    browser: SignInBrowser, issuer: Issuer, pool: Pool, email: str
) -> None:
    url = await browser.to_callback()
    issuer.down = True

    assert returned(await browser.get(url)) == UNAVAILABLE

    counted = "SELECT count(*) FROM accounts WHERE email = $1"
    assert await pool.fetchval(counted, email) == 0


async def test_a_provider_that_is_silent_is_given_up(
    browser: SignInBrowser,
    issuer: Issuer,
    silent_port: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    issuer.metadata = {"token_endpoint": f"http://127.0.0.1:{silent_port}/token"}
    url = await browser.to_callback()
    monkeypatch.setattr(routes, "PATIENCE_SECONDS", 0.2)

    assert returned(await browser.get(url)) == UNAVAILABLE


@pytest.mark.parametrize(
    "said",
    [
        {"issuer": "https://another.example"},
        {"token_endpoint": None},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"jwks_uri": 7},
        {"userinfo_endpoint": "file:///etc/passwd"},
        {"padding": "x" * MAX_ANSWER_BYTES},
    ],
    ids=lambda said: next(iter(said)),
)
async def test_an_issuer_that_describes_itself_strangely_is_not_gone_to(
    browser: SignInBrowser, issuer: Issuer, said: dict[str, Any]
) -> None:
    issuer.metadata = said

    assert returned(await browser.begin()) == UNAVAILABLE
    assert returned(await browser.begin()) == UNAVAILABLE  # and nothing of it was kept
    assert issuer.requests == []


async def test_what_an_issuer_says_is_no_option_of_our_client(
    browser: SignInBrowser, issuer: Issuer
) -> None:
    issuer.metadata = {
        "timeout": None,
        "verify": False,
        "scope": "everything",
        "code_challenge_method": "plain",
        "transport": "none",
    }

    assert (await browser.sign_in()).keys() == {"code"}
    [asked] = issuer.requests
    assert asked["scope"] == "openid email profile"


@pytest.mark.parametrize(
    ("answer", "sent_back"),
    [
        (PlainTextResponse("busy", 503), UNAVAILABLE),
        (PlainTextResponse("slow down", 429), FAILED),
        (PlainTextResponse("what?"), FAILED),
        (JSONResponse([]), FAILED),
        (JSONResponse({}), FAILED),
        (JSONResponse({"error": "x" * 1_000}), FAILED),
        (JSONResponse({"id_token": 7, "access_token": 7}), FAILED),
        (JSONResponse({"padding": "x" * MAX_ANSWER_BYTES}), FAILED),
        (RedirectResponse("https://another.example"), FAILED),
    ],
)
async def test_a_strange_answer_for_the_code(
    browser: SignInBrowser, issuer: Issuer, answer: Any, sent_back: dict[str, str]
) -> None:
    issuer.token_answer = answer

    assert await browser.sign_in() == sent_back


async def test_without_redis_nobody_is_let_in_and_the_client_is_told(
    browser: SignInBrowser, stack: EmbeddedStack
) -> None:
    url = await browser.to_callback()
    stack.valkey.stop()
    try:
        answer = returned(await browser.get(url))
    finally:
        stack.valkey.start()

    assert answer == {"error": "unavailable"}


async def test_no_secret_is_logged(
    browser: SignInBrowser, issuer: Issuer, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        url = await browser.to_callback()
        [cookie] = browser.http.cookies.jar
        answer = returned(await browser.get(url))
        issuer.claims["nonce"] = "another"
        failed = await browser.sign_in()

    assert failed == FAILED
    ours = [
        each for each in caplog.records if each.name.startswith(("auth.", "authlib"))
    ]
    written = "".join(each.getMessage() for each in ours)
    assert "Signing in through oidc failed" in written
    for secret in (CLIENT_SECRET, "a token", answer["code"], str(cookie.value)):
        assert secret not in written

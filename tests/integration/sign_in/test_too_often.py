"""A client that goes to a provider and back without a pause has to wait."""

from collections.abc import AsyncIterator
from uuid import uuid4

import httpx2
import pytest
from starlette.types import ASGIApp

from tests.support.asgi_server import Environment, running
from tests.support.issuer import Issuer
from tests.support.metric_growth import growing
from tests.support.sign_in_browser import SignInBrowser

LIMITED = "cinema_rate_limited_total"


@pytest.fixture
async def limited(with_providers: Environment) -> AsyncIterator[ASGIApp]:
    async with running(with_providers | {"RATE_LIMIT_ADDRESS": "2/hour"}) as app:
        yield app


@pytest.fixture
def address() -> str:
    """An address that no other test uses."""
    return f"2001:db8:{uuid4().hex[:4]}:{uuid4().hex[:4]}::1"


async def test_beginning_is_limited_and_asks_the_provider_nothing(
    limited: ASGIApp, issuer: Issuer, address: str
) -> None:
    stranger, other = (
        SignInBrowser(limited, address),
        SignInBrowser(limited, "2001:db8::1:1"),
    )
    async with stranger.http, other.http:
        for _ in range(2):
            assert (await stranger.begin()).status_code == 303
        issuer.down = True  # a request to it would fail

        with growing(LIMITED, 1, what="beginSignIn"):
            refused = await stranger.begin()

        assert refused.status_code == 429
        seconds = int(refused.headers["retry-after"])
        assert 0 < seconds <= 3_600
        assert refused.text.startswith(f"Too many attempts: try again in {seconds} s")
        assert "location" not in refused.headers
        assert (await other.begin()).status_code == 303


@pytest.mark.usefixtures("issuer")
async def test_who_comes_back_again_and_again_is_limited(
    limited: ASGIApp, address: str
) -> None:
    browser = SignInBrowser(limited, address)
    async with browser.http:
        url = await browser.to_callback()
        begun = httpx2.Cookies(browser.http.cookies)
        for _ in range(2):
            assert (await browser.get(url)).status_code == 303
            browser.http.cookies = begun  # as no browser does, but a program

        with growing(LIMITED, 1, what="finishSignIn"):
            refused = await browser.get(url)

    assert refused.status_code == 429
    assert "set-cookie" not in refused.headers

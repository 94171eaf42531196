"""Callbacks of sign-ins that this browser did not begin have no effect."""

from collections.abc import AsyncIterator

import httpx2
import pytest
from redis.asyncio import Redis

from persistence.postgres.pool import Pool
from tests.support.issuer import Issuer
from tests.support.sign_in_browser import (
    PUBLIC_URL,
    RETURN_URL,
    SignInBrowser,
    returned,
)

CALLBACK = f"{PUBLIC_URL}/sign-in/oidc/callback"


@pytest.fixture(autouse=True)
async def nothing_comes_of_it(pool: Pool, redis: Redis) -> AsyncIterator[None]:
    before, codes = await people(pool), set(await redis.keys("sign-in-code:*"))
    yield
    assert await people(pool) == before
    assert set(await redis.keys("sign-in-code:*")) <= codes


async def people(pool: Pool) -> object:
    return await pool.fetchrow(
        "SELECT (SELECT count(*) FROM accounts), (SELECT count(*) FROM identities)"
    )


def refused(response: httpx2.Response) -> None:
    assert response.status_code == 400
    assert response.text.startswith("This sign-in was not started in this browser")
    assert response.headers["content-type"].startswith("text/plain")
    assert "location" not in response.headers


async def test_without_a_state(browser: SignInBrowser) -> None:
    url = httpx2.URL(await browser.to_callback())

    refused(await browser.get(CALLBACK))
    refused(await browser.get(str(url.copy_remove_param("state"))))


@pytest.mark.parametrize(
    ("asked", "locale", "words"),
    [
        ("pt", "pt-BR", "Este acesso à conta não foi iniciado neste navegador"),
        ("es-MX, en;q=0.5", "es", "Este inicio de sesión no comenzó en este navegador"),
    ],
)
async def test_a_person_is_told_in_their_language(
    browser: SignInBrowser, asked: str, locale: str, words: str
) -> None:
    browser.http.headers["accept-language"] = asked

    response = await browser.get(CALLBACK)

    assert response.status_code == 400
    assert response.headers["content-language"] == locale
    assert response.text.startswith(words)


@pytest.mark.parametrize("state", ["", "forged", "x" * 5_000, "\x00", "ç"])
async def test_with_a_forged_state(browser: SignInBrowser, state: str) -> None:
    url = httpx2.URL(await browser.to_callback())

    refused(await browser.get(str(url.copy_set_param("state", state))))


async def test_in_another_browser(
    browser: SignInBrowser, other_browser: SignInBrowser
) -> None:
    url = await browser.to_callback()
    await other_browser.begin()

    refused(await other_browser.get(url))


async def test_with_a_forged_cookie(browser: SignInBrowser) -> None:
    url = await browser.to_callback()
    [cookie] = browser.http.cookies.jar
    assert cookie.value
    payload, _, signature = cookie.value.partition(".")
    browser.http.cookies.clear()

    for forged in (payload, f"{payload}x.{signature}", f"e30=.{signature}", "", "ç"):
        response = await browser.http.get(
            url, headers={b"cookie": f"sign_in={forged}".encode()}
        )
        refused(response)


async def test_at_the_other_providers_callback(browser: SignInBrowser) -> None:
    url = await browser.to_callback("oidc")

    refused(await browser.get(url.replace("/oidc/", "/github/")))


async def test_an_error_that_was_not_asked_for(browser: SignInBrowser) -> None:
    refused(await browser.get(f"{CALLBACK}?error=access_denied&state=forged"))


async def test_who_says_no_at_the_provider_comes_back_with_that(
    browser: SignInBrowser, issuer: Issuer
) -> None:
    issuer.denies = True
    url = await browser.to_callback()

    assert returned(await browser.get(url)) == {"error": "access_denied"}
    refused(await browser.get(url))


async def test_any_other_error_of_the_provider_is_not_handed_on(
    browser: SignInBrowser,
) -> None:
    url = httpx2.URL(await browser.to_callback())
    url = url.copy_remove_param("code").copy_set_param("error", "<script>")

    assert returned(await browser.get(str(url))) == {"error": "sign_in_failed"}


@pytest.mark.parametrize("code", [None, "", "made up", "x" * 5_000])
async def test_a_code_that_is_none_of_the_providers(
    browser: SignInBrowser, code: str | None
) -> None:
    url = httpx2.URL(await browser.to_callback())
    url = url.copy_set_param("code", code) if code else url.copy_remove_param("code")

    assert returned(await browser.get(str(url))) == {"error": "sign_in_failed"}


async def test_the_code_of_another_browser_lacks_its_verifier(
    browser: SignInBrowser, other_browser: SignInBrowser
) -> None:
    stolen = httpx2.URL(await browser.to_callback()).params["code"]
    url = httpx2.URL(await other_browser.to_callback())

    response = await other_browser.get(str(url.copy_set_param("code", stolen)))

    assert returned(response) == {"error": "sign_in_failed"}


@pytest.mark.parametrize(
    "return_to",
    [
        "",
        "//evil.example",
        "/\\evil.example",
        "https:evil.example",
        "https://evil.example/signed-in",
        "https://client.example@evil.example/signed-in",
        "https://client.example:443/signed-in",
        "https://client.example.evil.example/signed-in",
        "https://client.example\\@evil.example/signed-in",
        f"{RETURN_URL}/",
        f"{RETURN_URL}?next=//evil.example",
        f"{RETURN_URL}#x",
        f" {RETURN_URL}",
        f"{RETURN_URL}\r\nset-cookie: a=b",
        RETURN_URL.upper(),
        RETURN_URL.replace("https", "http"),
        "javascript:alert(1)",
    ],
)
async def test_nobody_is_returned_to_a_url_that_is_not_allowed(
    browser: SignInBrowser, return_to: str
) -> None:
    response = await browser.begin(return_to=return_to)

    assert (response.status_code, response.text) == (
        400,
        "`return_to` is none of the URLs that are allowed.",
    )
    assert not {"location", "set-cookie"} & set(response.headers)


@pytest.mark.parametrize("state", ["", "x" * 129, "a b", "a&code=b", "ç", "a\n"])
async def test_a_clients_state_is_short_and_plain(
    browser: SignInBrowser, state: str
) -> None:
    response = await browser.begin(state=state)

    assert response.status_code == 400
    assert not {"location", "set-cookie"} & set(response.headers)


@pytest.mark.parametrize("path", ["google", "google/callback", "none", "oidc/other"])
async def test_what_is_not_on_is_not_there(browser: SignInBrowser, path: str) -> None:
    response = await browser.get(f"{PUBLIC_URL}/sign-in/{path}")

    assert response.status_code == 404
    assert "set-cookie" not in response.headers

"""The whole sign-in through a provider, and the account that it signs in to."""

import asyncio
import hashlib
from http.cookies import SimpleCookie

import httpx2
import pytest
from redis.asyncio import Redis

from loadtest.documents import SIGN_IN, SIGN_UP
from persistence.postgres.pool import Pool
from tests.support.asgi_server import Environment, running
from tests.support.issuer import Issuer
from tests.support.polling import eventually
from tests.support.sign_in_browser import (
    OTHER_RETURN_URL,
    PUBLIC_URL,
    RETURN_URL,
    SignInBrowser,
    returned,
)

REFUSED = {"__typename": "InvalidCredentials", "code": "INVALID_CREDENTIALS"}


async def accounts(pool: Pool, email: str) -> int:
    counted = "SELECT count(*) FROM accounts WHERE email = $1"
    return int(await pool.fetchval(counted, email))


async def test_a_newcomer_gets_an_account_and_tokens_for_a_code(
    browser: SignInBrowser, email: str
) -> None:
    answer = await browser.sign_in()
    tokens = await browser.exchange(answer["code"])

    assert answer.keys() == {"code"}
    assert tokens["__typename"] == "AuthTokens"
    ana = tokens["viewer"]
    assert (ana["email"], ana["name"], ana["role"]) == (email, "Ana", "CUSTOMER")
    asked = await browser.ask("{ viewer { id } }", tokens["accessToken"])
    assert asked["viewer"]["id"] == ana["id"]


async def test_a_new_account_has_mails_in_the_language_of_its_browser(
    browser: SignInBrowser,
) -> None:
    browser.http.headers["Accept-Language"] = "pt-BR,pt;q=0.9"
    tokens = await browser.exchange((await browser.sign_in())["code"])

    answer = await browser.ask("{ viewer { locale } }", tokens["accessToken"])

    assert answer["viewer"]["locale"] == "pt-BR"


async def test_pages_learn_which_providers_there_are(browser: SignInBrowser) -> None:
    listed = await browser.get(f"{PUBLIC_URL}/sign-in/providers")

    assert listed.json() == {
        "providers": ["oidc", "github"],
        "returnUrls": [RETURN_URL, OTHER_RETURN_URL],
    }


async def test_the_provider_is_asked_with_state_nonce_and_pkce(
    browser: SignInBrowser, issuer: Issuer
) -> None:
    first, second = [await browser.begin() for _ in range(2)]

    url = httpx2.URL(first.headers["location"])
    assert (first.status_code, str(url).partition("?")[0]) == (
        303,
        f"{issuer.url}/authorize",
    )
    assert url.params["redirect_uri"] == f"{PUBLIC_URL}/sign-in/oidc/callback"
    assert url.params["scope"] == "openid email profile"
    assert url.params["code_challenge_method"] == "S256"
    others = httpx2.URL(second.headers["location"]).params
    for random in ("state", "nonce", "code_challenge"):
        assert len(url.params[random]) >= 20
        assert url.params[random] != others[random]


async def test_the_cookie_is_short_lived_and_for_signing_in_alone(
    browser: SignInBrowser,
) -> None:
    begun = await browser.begin()

    [(name, cookie)] = SimpleCookie(begun.headers["set-cookie"]).items()
    assert name == "sign_in"
    assert (cookie["path"], cookie["max-age"]) == ("/sign-in", "600")
    assert (cookie["httponly"], cookie["secure"]) == (True, True)
    assert cookie["samesite"] == "lax"
    assert begun.headers["cache-control"] == "no-store"
    graphql = await browser.http.post(
        f"{PUBLIC_URL}/graphql", json={"query": "{ __typename }"}
    )
    assert "cookie" not in graphql.request.headers
    assert "set-cookie" not in graphql.headers


@pytest.mark.usefixtures("issuer")
async def test_on_this_machine_the_cookie_goes_without_tls(
    with_providers: Environment,
) -> None:
    async with running(with_providers | {"PUBLIC_URL": "http://localhost:3333"}) as app:
        browser = SignInBrowser(app)
        async with browser.http:
            begun = await browser.begin()

    [cookie] = SimpleCookie(begun.headers["set-cookie"]).values()
    assert (cookie["httponly"], cookie["secure"]) == (True, "")
    params = httpx2.URL(begun.headers["location"]).params
    assert params["redirect_uri"] == "http://localhost:3333/sign-in/oidc/callback"


async def test_no_token_is_ever_in_a_url_or_a_cookie(browser: SignInBrowser) -> None:
    answer = await browser.sign_in()
    tokens = await browser.exchange(answer["code"])

    seen = "".join(f"{each.url} {each.headers} {each.text}" for each in browser.seen)
    for secret in (tokens["accessToken"], tokens["refreshToken"], "a token"):
        assert secret not in seen


async def test_the_client_chooses_among_its_urls_and_finds_its_state_again(
    browser: SignInBrowser,
) -> None:
    url = await browser.to_callback(return_to=OTHER_RETURN_URL, state="client-7")

    answer = returned(await browser.get(url), to=f"{OTHER_RETURN_URL}&")

    assert answer.keys() == {"from", "code", "state"}
    assert answer["state"] == "client-7"


async def test_a_known_identity_is_its_account_whatever_its_address_is_now(
    browser: SignInBrowser, issuer: Issuer, pool: Pool, email: str
) -> None:
    first = await browser.exchange((await browser.sign_in())["code"])
    issuer.claims |= {"email": f"new.{email}", "email_verified": False}

    again = await browser.exchange((await browser.sign_in())["code"])

    assert again["viewer"] == first["viewer"]
    assert await accounts(pool, f"new.{email}") == 0


async def test_who_signed_up_with_somebody_elses_address_is_locked_out(
    browser: SignInBrowser, pool: Pool, email: str
) -> None:
    login = {"email": email, "password": "correct-horse"}
    signed_up = await browser.ask(SIGN_UP, input={**login, "name": "Eva"})

    ana = await browser.exchange((await browser.sign_in())["code"])

    assert ana["viewer"]["id"] == signed_up["signUp"]["viewer"]["id"]
    assert (await browser.ask(SIGN_IN, input=login))["signIn"] == REFUSED
    left = await pool.fetch(
        "SELECT token_hash FROM refresh_tokens JOIN accounts ON id = account_id"
        " WHERE email = $1",
        email,
    )
    hashed = hashlib.sha256(ana["refreshToken"].encode()).digest()
    assert [row["token_hash"] for row in left] == [hashed]


async def test_two_callbacks_at_once_are_one_account(
    browser: SignInBrowser, other_browser: SignInBrowser, pool: Pool, email: str
) -> None:
    urls = [await each.to_callback() for each in (browser, other_browser)]

    answers = await asyncio.gather(browser.get(urls[0]), other_browser.get(urls[1]))

    one, other = [await browser.exchange(returned(each)["code"]) for each in answers]
    assert one["viewer"] == other["viewer"]
    assert await accounts(pool, email) == 1


@pytest.mark.parametrize("verified", [None, False, "false", 1, "yes", []])
async def test_an_address_that_is_not_verified_is_refused(
    browser: SignInBrowser, issuer: Issuer, pool: Pool, email: str, verified: object
) -> None:
    issuer.claims["email_verified"] = verified

    assert await browser.sign_in() == {"error": "email_not_verified"}

    assert await accounts(pool, email) == 0


async def test_some_issuers_write_true_as_text(
    browser: SignInBrowser, issuer: Issuer
) -> None:
    issuer.claims["email_verified"] = "true"

    assert (await browser.sign_in()).keys() == {"code"}


async def test_an_address_that_only_the_user_info_tells_is_good(
    browser: SignInBrowser, issuer: Issuer, email: str
) -> None:
    issuer.claims |= {"email": None, "email_verified": None}
    issuer.userinfo = {
        "sub": issuer.claims["sub"],
        "email": email,
        "email_verified": True,
    }

    ana = await browser.exchange((await browser.sign_in())["code"])

    assert ana["viewer"]["email"] == email


async def test_the_user_info_of_somebody_else_is_not(
    browser: SignInBrowser, issuer: Issuer, pool: Pool, email: str
) -> None:
    issuer.claims |= {"email": None, "email_verified": None}
    issuer.userinfo = {"sub": "8", "email": email, "email_verified": True}

    assert await browser.sign_in() == {"error": "sign_in_failed"}

    assert await accounts(pool, email) == 0


async def test_a_code_is_good_once(browser: SignInBrowser) -> None:
    code = (await browser.sign_in())["code"]

    answers = await asyncio.gather(*(browser.exchange(code) for _ in range(5)))

    refused = [answer for answer in answers if answer == REFUSED]
    assert len(refused) == 4
    assert await browser.exchange(code) == REFUSED


async def test_a_code_is_over_after_its_time(
    browser: SignInBrowser, redis: Redis
) -> None:
    code = (await browser.sign_in())["code"]
    key = f"sign-in-code:{hashlib.sha256(code.encode()).hexdigest()}"

    async def is_over() -> bool:
        return not await redis.exists(key)

    assert await redis.pexpire(key, 1) == 1
    await eventually(is_over)
    assert await browser.exchange(code) == REFUSED

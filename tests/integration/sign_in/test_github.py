"""Signing in through GitHub, which speaks OAuth 2 and not OpenID Connect."""

from typing import Any

import pytest

from persistence.postgres.pool import Pool
from tests.support.issuer import GitHub
from tests.support.sign_in_browser import PUBLIC_URL, SignInBrowser


async def test_the_primary_address_finds_the_account(
    browser: SignInBrowser, github: GitHub, email: str
) -> None:
    answer = await browser.sign_in("github")

    ana = (await browser.exchange(answer["code"]))["viewer"]
    assert (ana["email"], ana["name"]) == (email, "Ana")
    [asked] = github.requests
    assert asked["redirect_uri"] == f"{PUBLIC_URL}/sign-in/github/callback"
    assert asked["scope"] == "read:user user:email"


async def test_without_a_name_it_is_the_login(
    browser: SignInBrowser, github: GitHub
) -> None:
    github.user["name"] = None

    answer = await browser.sign_in("github")

    assert (await browser.exchange(answer["code"]))["viewer"]["name"] == "ana"


@pytest.mark.parametrize(
    "email_is",
    [
        {"verified": False, "primary": True},
        {"verified": None, "primary": True},
        {"verified": True, "primary": False},
    ],
)
async def test_no_other_than_the_verified_primary_address_counts(
    browser: SignInBrowser,
    github: GitHub,
    pool: Pool,
    email: str,
    email_is: dict[str, Any],
) -> None:
    github.emails[1] |= email_is

    assert await browser.sign_in("github") == {"error": "email_not_verified"}

    counted = "SELECT count(*) FROM accounts WHERE email LIKE '%' || $1"
    assert await pool.fetchval(counted, email) == 0


@pytest.mark.parametrize("user", [{"id": None}, {"id": "7x"}, {"id": {}}])
async def test_nonsense_of_the_api_is_a_failed_sign_in(
    browser: SignInBrowser, github: GitHub, user: dict[str, Any]
) -> None:
    github.user |= user

    assert await browser.sign_in("github") == {"error": "sign_in_failed"}


async def test_a_code_that_github_refuses_is_a_failed_sign_in(
    browser: SignInBrowser, github: GitHub
) -> None:
    url = await browser.to_callback("github")
    github.grants.clear()

    answer = await browser.get(url)

    assert answer.headers["location"].endswith("?error=sign_in_failed")

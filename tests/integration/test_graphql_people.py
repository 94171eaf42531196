"""Signing up, staying signed in and signing out, as clients ask for it."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from auth.signing_keys import KeyRing
from auth.tokens import Authenticator, TokenIssuer
from domain.accounts import AccountService
from domain.errors import TooManyAtOnceError
from persistence.people.accounts import PostgresAccounts
from persistence.postgres.pool import Pool
from tests.support.accounts import FakePasswords
from tests.support.graphql import Desk

TOKENS = """
__typename
... on AuthTokens { accessToken refreshToken viewer { id email role } }
... on Problem { code }
"""
SIGN_UP = f"""
mutation ($email: String!) {{
  signUp(input: {{email: $email, password: "correct-horse", name: "Ana"}}) {{
    {TOKENS}
  }}
}}
"""
REFRESH = f"""
mutation ($token: String!) {{ refreshTokens(refreshToken: $token) {{ {TOKENS} }} }}
"""
SIGN_OUT = "mutation ($token: String!) { signOut(refreshToken: $token) }"
REFUSED = {"__typename": "InvalidCredentials", "code": "INVALID_CREDENTIALS"}


@pytest.fixture
def desk(desk: Desk, pool: Pool, key_ring: KeyRing) -> Desk:
    accounts = AccountService(
        PostgresAccounts(pool), FakePasswords(), TokenIssuer(key_ring)
    )
    desk.services = replace(desk.services, accounts=accounts)
    return desk


@pytest.fixture
async def ana(desk: Desk) -> dict[str, Any]:
    data = await desk.data(SIGN_UP, email=f"ana.{uuid4().hex}@cinema.example")
    tokens: dict[str, Any] = data["signUp"]
    return tokens


async def test_tokens_are_refreshed_by_whoever_has_the_refresh_token(
    desk: Desk, key_ring: KeyRing, ana: dict[str, Any]
) -> None:
    data = await desk.data(REFRESH, token=ana["refreshToken"])

    again = data["refreshTokens"]
    assert again["__typename"] == "AuthTokens"
    assert again["viewer"] == ana["viewer"]
    viewer = Authenticator(key_ring).viewer(f"Bearer {again['accessToken']}")
    assert viewer and str(viewer.id) == ana["viewer"]["id"]


async def test_a_used_one_and_nonsense_are_refused_alike(
    desk: Desk, ana: dict[str, Any]
) -> None:
    await desk.data(REFRESH, token=ana["refreshToken"])

    for token in (ana["refreshToken"], "nonsense", "", "x" * 100_000):
        assert await desk.data(REFRESH, token=token) == {"refreshTokens": REFUSED}


async def test_in_a_crowd_that_cannot_be_served_soon_it_is_a_fault_that_says_so(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def hash_in_vain(*_: object) -> str:
        raise TooManyAtOnceError

    monkeypatch.setattr(FakePasswords, "hash", hash_in_vain)

    assert await desk.code(SIGN_UP, email="bruno@example.com") == "RATE_LIMITED"


async def test_signing_out_is_true_once(desk: Desk, ana: dict[str, Any]) -> None:
    token = ana["refreshToken"]

    assert await desk.data(SIGN_OUT, token=token) == {"signOut": True}
    assert await desk.data(SIGN_OUT, token=token) == {"signOut": False}
    assert await desk.data(REFRESH, token=token) == {"refreshTokens": REFUSED}

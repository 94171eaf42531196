"""Sign-up, sign-in, refreshed tokens and sign-out through GraphQL."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from auth.signing_keys import KeyRing
from auth.tokens import Authenticator, TokenIssuer
from domain.accounts import AccountService
from domain.errors import TooManyAtOnceError
from loadtest.documents import REFRESH_TOKENS, SIGN_UP
from persistence.people.accounts import PostgresAccounts
from persistence.postgres.pool import Pool
from tests.support.accounts import FakePasswords
from tests.support.schema_client import SchemaClient

SIGN_OUT = "mutation ($token: String!) { signOut(refreshToken: $token) }"
PERSON = {"password": "correct-horse", "name": "Ana"}
REFUSED = {"__typename": "InvalidCredentials", "code": "INVALID_CREDENTIALS"}


@pytest.fixture
def client(client: SchemaClient, pool: Pool, key_ring: KeyRing) -> SchemaClient:
    accounts = AccountService(
        PostgresAccounts(pool), FakePasswords(), TokenIssuer(key_ring)
    )
    client.services = replace(client.services, accounts=accounts)
    return client


@pytest.fixture
async def ana(client: SchemaClient) -> dict[str, Any]:
    return await client.mutate(
        SIGN_UP, None, **PERSON, email=f"ana.{uuid4().hex}@cinema.example"
    )


async def test_a_refresh_token_gives_new_tokens(
    client: SchemaClient, key_ring: KeyRing, ana: dict[str, Any]
) -> None:
    data = await client.data(REFRESH_TOKENS, token=ana["refreshToken"])

    again = data["refreshTokens"]
    assert again["__typename"] == "AuthTokens"
    assert again["viewer"] == ana["viewer"]
    viewer = Authenticator(key_ring).viewer(f"Bearer {again['accessToken']}")
    assert viewer and str(viewer.id) == ana["viewer"]["id"]


async def test_used_and_malformed_refresh_tokens_are_refused_alike(
    client: SchemaClient, ana: dict[str, Any]
) -> None:
    await client.data(REFRESH_TOKENS, token=ana["refreshToken"])

    for token in (ana["refreshToken"], "nonsense", "", "x" * 100_000):
        assert await client.data(REFRESH_TOKENS, token=token) == {
            "refreshTokens": REFUSED
        }


async def test_too_many_waiting_sign_ins_get_a_fault(
    client: SchemaClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def hash_in_vain(*_: object) -> str:
        raise TooManyAtOnceError

    monkeypatch.setattr(FakePasswords, "hash", hash_in_vain)

    entered = {**PERSON, "email": "bruno@example.com"}
    assert await client.code(SIGN_UP, input=entered) == "RATE_LIMITED"


async def test_signing_out_is_true_once(
    client: SchemaClient, ana: dict[str, Any]
) -> None:
    token = ana["refreshToken"]

    assert await client.data(SIGN_OUT, token=token) == {"signOut": True}
    assert await client.data(SIGN_OUT, token=token) == {"signOut": False}
    assert await client.data(REFRESH_TOKENS, token=token) == {"refreshTokens": REFUSED}

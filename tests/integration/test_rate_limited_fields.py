"""Rate-limited fields refuse before any other work."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from redis.asyncio import Redis
from strawberry.types import ExecutionResult

from domain.accounts import AccountService
from domain.password_changes import PasswordService
from loadtest.documents import REFRESH_TOKENS, RESERVE_SEATS, SIGN_IN, SIGN_UP
from persistence.key_value.rate_limits import RateLimits
from persistence.people.password_changes import PostgresPasswordChanges
from persistence.postgres.pool import Pool
from tests.support.accounts import FakeAccounts, FakePasswords, FakeTokens
from tests.support.cinema import Cinema, Show, reserving
from tests.support.schema_client import SchemaClient

HOUR = 3_600
ANA = {"email": "ana@cinema.example", "password": "correct-horse"}
REFUSED = {"__typename": "InvalidCredentials", "code": "INVALID_CREDENTIALS"}


@pytest.fixture
def passwords() -> FakePasswords:
    return FakePasswords()


@pytest.fixture
def limited(
    client: SchemaClient, empty_redis: Redis, passwords: FakePasswords
) -> SchemaClient:
    client.services = replace(
        client.services,
        accounts=AccountService(FakeAccounts(), passwords, FakeTokens()),
        rate_limits=RateLimits(
            empty_redis,
            address="20/hour",
            account="2/hour",
            account_total="20/hour",
            reserve="2/hour",
        ),
    )
    return client


def retry_after(result: ExecutionResult) -> int:
    """Seconds in the only error; its message has the same number."""
    [error] = result.errors or []
    extensions: dict[str, Any] = dict(error.extensions or {})
    seconds = int(extensions.pop("retryAfter"))
    assert extensions == {"code": "RATE_LIMITED"}
    assert f" {seconds} second" in error.message
    assert 0 < seconds <= HOUR
    assert result.data is None
    return seconds


async def test_sign_in_is_limited_before_the_password_is_checked(
    limited: SchemaClient, passwords: FakePasswords
) -> None:
    wrong = {"password": "wrong-horse"}
    for email in ("ana@cinema.example", " ANA@Cinema.example"):
        assert await limited.mutate(SIGN_IN, None, **wrong, email=email) == REFUSED

    refused = await limited.ask(SIGN_IN, input={**wrong, "email": ANA["email"]})

    assert retry_after(refused)
    assert passwords.verified == 2
    assert await limited.mutate(SIGN_IN, None, **wrong, email="bruno@cinema.example")


async def test_signing_up_is_limited(
    limited: SchemaClient, passwords: FakePasswords
) -> None:
    for answer in ("AuthTokens", "EmailTaken"):
        result = await limited.mutate(SIGN_UP, None, **ANA, name="Ana")
        assert result["__typename"] == answer

    refused = await limited.ask(SIGN_UP, input={**ANA, "name": "Ana"})

    assert retry_after(refused)
    assert passwords.hashed == 1


async def test_refreshing_is_limited_by_account_and_keeps_the_token(
    limited: SchemaClient,
) -> None:
    signed_up = await limited.mutate(SIGN_UP, None, **ANA, name="Ana")
    token = signed_up["refreshToken"]
    for _ in range(2):
        answer = (await limited.data(REFRESH_TOKENS, token=token))["refreshTokens"]
        token = answer["refreshToken"]

    refused = await limited.ask(REFRESH_TOKENS, token=token)

    assert retry_after(refused)
    assert await limited.services.accounts.refresh(token, None)


async def test_asking_for_a_new_password_is_limited_by_address_and_account(
    limited: SchemaClient, pool: Pool, passwords: FakePasswords
) -> None:
    accounts = AccountService(FakeAccounts(), passwords, FakeTokens())
    changes = PostgresPasswordChanges(pool)
    service = PasswordService(changes, passwords, accounts)
    limited.services = replace(limited.services, passwords=service)
    asking = (
        "mutation ($e: String!) { requestPasswordReset(input: {email: $e}) { ok } }"
    )
    for email in ("eva@cinema.example", "EVA@cinema.example "):
        data = await limited.data(asking, e=email)
        assert data == {"requestPasswordReset": {"ok": True}}

    assert retry_after(await limited.ask(asking, e="eva@cinema.example"))
    assert await limited.data(asking, e="ana@cinema.example")


async def test_an_address_is_limited_without_any_account(limited: SchemaClient) -> None:
    for _ in range(20):
        data = await limited.data(REFRESH_TOKENS, token="of nobody")
        assert data == {"refreshTokens": REFUSED}

    assert retry_after(await limited.ask(REFRESH_TOKENS, token="of nobody"))


async def test_reserving_is_limited_by_customer_and_holds_nothing_then(
    limited: SchemaClient, ana: UUID, show: Show, cinema: Cinema
) -> None:
    for seat in range(2):
        assert (await limited.reserve(ana, show, seat))["status"] == "PENDING"
    [bia] = await cinema.customers(1)

    refused = await limited.ask(RESERVE_SEATS, ana, input=reserving(show, 2))

    assert retry_after(refused)
    assert limited.statements == []
    assert (await cinema.seat_states(show))[2] == ("AVAILABLE", 1)
    assert (await limited.reserve(bia, show, 2))["status"] == "PENDING"

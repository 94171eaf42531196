"""The fields that strangers try again and again refuse in time, and do nothing then."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from redis.asyncio import Redis
from strawberry.types import ExecutionResult

from domain.accounts import AccountService
from persistence.key_value.rate_limits import RateLimits
from tests.support.accounts import FakeAccounts, FakePasswords, FakeTokens
from tests.support.cinema import Cinema, Show
from tests.support.graphql import RESERVE, Desk

HOUR = 3_600
SIGN_UP = """mutation ($email: String!) {
  signUp(input: {email: $email, password: "correct-horse", name: "Ana"}) {
    __typename ... on AuthTokens { refreshToken } } }"""
SIGN_IN = """mutation ($email: String!, $password: String! = "wrong-horse") {
  signIn(input: {email: $email, password: $password}) { __typename } }"""
REFRESH = """mutation ($token: String!) {
  refreshTokens(refreshToken: $token) {
    __typename ... on AuthTokens { refreshToken } } }"""


@pytest.fixture
def passwords() -> FakePasswords:
    return FakePasswords()


@pytest.fixture
def limited(desk: Desk, empty_redis: Redis, passwords: FakePasswords) -> Desk:
    desk.services = replace(
        desk.services,
        accounts=AccountService(FakeAccounts(), passwords, FakeTokens()),
        rate_limits=RateLimits(
            empty_redis, address="20/hour", account="2/hour", reserve="2/hour"
        ),
    )
    return desk


def retry_after(result: ExecutionResult) -> int:
    """Of the only error, which says the same to people."""
    [error] = result.errors or []
    told: dict[str, Any] = dict(error.extensions or {})
    seconds = int(told.pop("retryAfter"))
    assert told == {"code": "RATE_LIMITED"}
    assert f" {seconds} second" in error.message
    assert 0 < seconds <= HOUR
    assert result.data is None
    return seconds


async def test_signing_in_is_limited_before_a_password_is_looked_at(
    limited: Desk, passwords: FakePasswords
) -> None:
    for email in ("ana@cinema.example", " ANA@Cinema.example"):
        data = await limited.data(SIGN_IN, email=email)
        assert data == {"signIn": {"__typename": "InvalidCredentials"}}

    refused = await limited.ask(SIGN_IN, email="ana@cinema.example")

    assert retry_after(refused)
    assert passwords.verified == 2
    assert await limited.data(SIGN_IN, email="bruno@cinema.example")


async def test_signing_up_is_limited(limited: Desk, passwords: FakePasswords) -> None:
    for answer in ("AuthTokens", "EmailTaken"):
        data = await limited.data(SIGN_UP, email="ana@cinema.example")
        assert data["signUp"]["__typename"] == answer

    refused = await limited.ask(SIGN_UP, email="ana@cinema.example")

    assert retry_after(refused)
    assert passwords.hashed == 1


async def test_refreshing_is_limited_by_account_and_keeps_the_token(
    limited: Desk,
) -> None:
    signed_up = await limited.data(SIGN_UP, email="ana@cinema.example")
    token = signed_up["signUp"]["refreshToken"]
    for _ in range(2):
        answer = (await limited.data(REFRESH, token=token))["refreshTokens"]
        token = answer["refreshToken"]

    refused = await limited.ask(REFRESH, token=token)

    assert retry_after(refused)
    assert await limited.services.accounts.refresh(token)


async def test_an_address_is_limited_without_any_account(limited: Desk) -> None:
    for _ in range(20):
        data = await limited.data(REFRESH, token="of nobody")
        assert data == {"refreshTokens": {"__typename": "InvalidCredentials"}}

    assert retry_after(await limited.ask(REFRESH, token="of nobody"))


async def test_reserving_is_limited_by_customer_and_holds_nothing_then(
    limited: Desk, ana: UUID, show: Show, cinema: Cinema
) -> None:
    for seat in range(2):
        assert (await limited.reserve(ana, show, seat))["status"] == "PENDING"
    [bia] = await cinema.customers(1)
    session, seats = str(show.session_id), [str(show.seat_ids[2])]

    refused = await limited.ask(RESERVE, ana, session=session, seats=seats)

    assert retry_after(refused)
    assert limited.statements == []
    assert (await cinema.seat_states(show))[2] == ("AVAILABLE", 1)
    assert (await limited.reserve(bia, show, 2))["status"] == "PENDING"

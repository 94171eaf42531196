"""Strangers guess the password of an account, and its owner still gets in."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from redis.asyncio import Redis

from auth.passwords import Argon2Passwords
from auth.signing_keys import KeyRing
from auth.tokens import TokenIssuer
from domain.account import Doubt
from domain.accounts import AccountService
from loadtest.documents import SIGN_UP
from persistence.key_value.client import open_redis
from persistence.key_value.rate_limits import RateLimits, Slowdown
from persistence.people.accounts import PostgresAccounts
from persistence.postgres.pool import Pool
from tests.support.accounts import FakePasswords
from tests.support.schema_client import SchemaClient
from tests.support.signing_in import HOME, NEW, PatientLimits, SigningIn

FIRST_TIME = Slowdown(1, repeated=False)


@pytest.fixture
def passwords() -> FakePasswords:
    return FakePasswords()


@pytest.fixture
def limits(empty_redis: Redis) -> PatientLimits:
    return PatientLimits(empty_redis)


@pytest.fixture
def ana(
    client: SchemaClient,
    pool: Pool,
    limits: PatientLimits,
    key_ring: KeyRing,
    passwords: FakePasswords,
) -> SigningIn:
    accounts = AccountService(PostgresAccounts(pool), passwords, TokenIssuer(key_ring))
    client.services = replace(client.services, accounts=accounts, rate_limits=limits)
    return SigningIn(client)


async def test_the_network_of_the_last_sign_in_is_let_through_at_once(
    ana: SigningIn, limits: PatientLimits, passwords: FakePasswords
) -> None:
    await ana.sign_up(HOME)
    await ana.guess(10)

    assert await ana.sign_in(HOME) == "AuthTokens"
    assert limits.slowdowns == []
    assert passwords.doubts[-1:] == [Doubt.NONE]


async def test_a_new_network_gets_in_with_the_right_password_after_a_wait(
    ana: SigningIn, limits: PatientLimits, passwords: FakePasswords
) -> None:
    await ana.sign_up(HOME)
    assert await ana.guess(10) == ["InvalidCredentials"] * 10

    assert await ana.sign_in(NEW) == "AuthTokens"

    assert limits.slowdowns == [FIRST_TIME]
    assert passwords.doubts[-1:] == [Doubt.FIRST_TRY]
    await ana.sign_in("198.51.100.1", "wrong-horse")
    assert limits.slowdowns[1:] == [Slowdown(2, repeated=True)]
    assert passwords.doubts[-1:] == [Doubt.TRIED_BEFORE]


async def test_one_address_is_refused_after_ten_tries_and_no_other(
    ana: SigningIn,
) -> None:
    await ana.sign_up(HOME)
    for _ in range(10):
        await ana.sign_in(NEW, "wrong-horse")

    assert await ana.sign_in(NEW) == "RATE_LIMITED"
    assert await ana.sign_in(HOME) == "AuthTokens"


async def test_without_redis_the_owner_gets_in_all_the_same(
    ana: SigningIn, unused_port: int
) -> None:
    async with open_redis(f"redis://127.0.0.1:{unused_port}") as redis:
        limits = PatientLimits(redis)
        ana.client.services = replace(ana.client.services, rate_limits=limits)
        await ana.sign_up(HOME)
        await ana.guess(10)

        assert await ana.sign_in(HOME) == "AuthTokens"
        assert limits.slowdowns == []
        assert await ana.sign_in(NEW) == "AuthTokens"
        assert limits.slowdowns == [FIRST_TIME]


async def test_all_processes_see_one_attack(ana: SigningIn, empty_redis: Redis) -> None:
    await ana.sign_up(HOME)
    await ana.guess(10)
    other_process = PatientLimits(empty_redis)
    ana.client.services = replace(ana.client.services, rate_limits=other_process)

    await ana.sign_in(NEW)

    assert other_process.slowdowns == [FIRST_TIME]


async def test_an_address_of_nobody_is_slowed_down_alike(
    ana: SigningIn, limits: PatientLimits
) -> None:
    await ana.guess(10)

    assert await ana.sign_in(NEW) == "InvalidCredentials"
    assert limits.slowdowns == [FIRST_TIME]


async def test_strangers_who_sign_up_with_an_address_leave_it_to_its_owner(
    ana: SigningIn,
) -> None:
    for n in range(20):
        entered = {"email": ana.email, "password": "short", "name": "Eva"}
        answer = await ana.ask(SIGN_UP, f"198.51.100.{n}", input=entered)
        assert answer["__typename"] == "InvalidInput"

    assert (await ana.sign_up(HOME))["__typename"] == "AuthTokens"


@pytest.fixture
async def attacked(
    ana: SigningIn,
    pool: Pool,
    key_ring: KeyRing,
    empty_redis: Redis,
    cheap_passwords: Argon2Passwords,
) -> AsyncIterator[SigningIn]:
    """By forty strangers, who guess without a pause."""
    ana.client.services = replace(
        ana.client.services,
        accounts=AccountService(
            PostgresAccounts(pool), cheap_passwords, TokenIssuer(key_ring)
        ),
        rate_limits=RateLimits(
            empty_redis,
            address="100/minute",
            account="10/minute",
            account_total="10/minute",
            reserve="1/second",
            slowdown_seconds=0.5,
        ),
    )
    await ana.sign_up(HOME)
    answers: list[str] = []
    all_have_tried, over = asyncio.Event(), asyncio.Event()

    async def guess(n: int) -> None:
        # Not for ever: up to Python 3.11 redis-py swallows a cancellation that comes
        # while it sends.
        while not over.is_set():
            answers.append(await ana.sign_in(f"198.51.100.{n}", "wrong-horse"))
            if len(answers) >= 40:
                all_have_tried.set()
            await asyncio.sleep(0.01)

    guessing = [asyncio.create_task(guess(n)) for n in range(40)]
    await all_have_tried.wait()
    yield ana
    over.set()
    for each in guessing:
        each.cancel()
    await asyncio.gather(*guessing, return_exceptions=True)
    assert "AuthTokens" not in answers


async def test_under_attack_the_owner_is_in_within_seconds_wherever_she_is(
    attacked: SigningIn,
) -> None:
    async with asyncio.timeout(20):  # on a busy machine; else in one
        answers = [await attacked.sign_in(HOME), await attacked.sign_in(NEW)]

    assert answers == ["AuthTokens"] * 2

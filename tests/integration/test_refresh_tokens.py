"""Refresh tokens on real Postgres: exchanged once, ended together."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from auth.signing_keys import KeyRing
from auth.tokens import Authenticator, TokenIssuer
from domain.account import SignedIn
from domain.accounts import AccountService
from domain.client_secrets import secret_hash
from domain.errors import SignInAgainError
from domain.people import Role, Viewer
from persistence.people.accounts import PostgresAccounts
from persistence.postgres.housekeeping import delete_old_rows
from persistence.postgres.pool import Pool
from tests.support.accounts import FakePasswords, email_address
from tests.support.polling import until_blocked

TOKENS = "SELECT count(*) FROM refresh_tokens WHERE account_id = $1"


@pytest.fixture
def service(pool: Pool, key_ring: KeyRing) -> AccountService:
    return AccountService(
        PostgresAccounts(pool), FakePasswords(), TokenIssuer(key_ring)
    )


@pytest.fixture
async def ana(service: AccountService) -> SignedIn:
    address = f"ana.{uuid4().hex}@cinema.example"
    return await service.sign_up(address, "correct-horse", "Ana")


async def refused(service: AccountService, refresh_token: str) -> bool:
    try:
        await service.refresh(refresh_token)
    except SignInAgainError:
        return True
    return False


async def test_a_successor_joins_the_family_with_its_own_thirty_days(
    service: AccountService, pool: Pool, ana: SignedIn
) -> None:
    await pool.execute(
        "UPDATE refresh_tokens SET expires_at = clock_timestamp() + interval '1 day'"
        " WHERE account_id = $1",
        ana.account.id,
    )

    again = await service.refresh(ana.refresh_token)

    first, second = await pool.fetch(
        "SELECT * FROM refresh_tokens WHERE account_id = $1 ORDER BY expires_at",
        ana.account.id,
    )
    assert again.account == ana.account
    assert second["token_hash"] == secret_hash(again.refresh_token)
    assert second["family_id"] == first["family_id"]
    assert first["used_at"] is not None and second["used_at"] is None
    left = second["expires_at"] - datetime.now(UTC)
    assert timedelta(days=30) - left < timedelta(minutes=1)


async def test_one_of_many_exchanges_at_once_succeeds_and_then_the_family_ends(
    service: AccountService, pool: Pool, ana: SignedIn
) -> None:
    other_device = await service.sign_in(ana.account.email, "correct-horse")

    answers = await asyncio.gather(
        *(service.refresh(ana.refresh_token) for _ in range(10)),
        return_exceptions=True,
    )

    assert Counter(type(answer) for answer in answers) == {
        SignedIn: 1,
        SignInAgainError: 9,
    }
    [winner] = [answer for answer in answers if isinstance(answer, SignedIn)]
    assert await refused(service, winner.refresh_token)
    assert await pool.fetchval(TOKENS, ana.account.id) == 1
    assert not await refused(service, other_device.refresh_token)


async def test_no_successor_survives_the_end_of_its_family(
    service: AccountService, pool: Pool, ana: SignedIn
) -> None:
    """The thief exchanges at the moment when the owner's token ends the family."""
    thief = await service.refresh(ana.refresh_token)
    async with pool.acquire() as db, db.transaction():
        await db.execute(
            "SELECT FROM refresh_tokens WHERE token_hash = $1 FOR UPDATE",
            secret_hash(thief.refresh_token),
        )
        going_on = asyncio.create_task(service.refresh(thief.refresh_token))
        await until_blocked(pool, 1)
        owner = asyncio.create_task(refused(service, ana.refresh_token))
        await until_blocked(pool, 2)

    assert await owner
    successor = await going_on
    assert await pool.fetchval(TOKENS, ana.account.id) == 0
    assert await refused(service, successor.refresh_token)


async def test_an_expired_one_is_refused_by_the_databases_clock(
    service: AccountService, pool: Pool, ana: SignedIn
) -> None:
    await pool.execute(
        "UPDATE refresh_tokens SET expires_at = clock_timestamp()"
        " WHERE account_id = $1",
        ana.account.id,
    )

    assert await refused(service, ana.refresh_token)
    assert await pool.fetchval(TOKENS, ana.account.id) == 1  # it was never used


async def test_without_its_account_it_is_refused(
    service: AccountService, pool: Pool, ana: SignedIn
) -> None:
    await pool.execute("DELETE FROM accounts WHERE id = $1", ana.account.id)

    assert await refused(service, ana.refresh_token)
    assert await service.sign_out(ana.refresh_token) is False


async def test_the_new_access_token_has_the_current_role(
    service: AccountService, pool: Pool, key_ring: KeyRing, ana: SignedIn
) -> None:
    await pool.execute(
        "UPDATE accounts SET role = 'MANAGER' WHERE id = $1", ana.account.id
    )

    again = await service.refresh(ana.refresh_token)

    viewer = Authenticator(key_ring).viewer(f"Bearer {again.access_token}")
    assert viewer == Viewer(ana.account.id, Role.MANAGER)
    assert again.account.role is Role.MANAGER


async def test_signing_out_ends_one_family_with_any_of_its_tokens(
    service: AccountService, pool: Pool, ana: SignedIn
) -> None:
    other_device = await service.sign_in(ana.account.email, "correct-horse")
    again = await service.refresh(ana.refresh_token)

    answers = await asyncio.gather(
        *(service.sign_out(each.refresh_token) for each in (ana, again, ana, again))
    )

    assert Counter(answers) == {True: 1, False: 3}
    assert await refused(service, again.refresh_token)
    assert await pool.fetchval(TOKENS, ana.account.id) == 1
    assert not await refused(service, other_device.refresh_token)


async def test_housekeeping_does_not_wait_for_a_family_that_ends(
    scratch_pool: Pool,
) -> None:
    accounts = PostgresAccounts(scratch_pool)
    account = await accounts.add(
        email_address("ana@cinema.example"), "Ana", "hash", "en"
    )
    assert account is not None
    for number in range(2):
        await accounts.add_refresh_token(
            bytes([number]),
            UUID(int=number),
            account.id,
            timedelta(),
            None,
            network=None,
        )

    async with scratch_pool.acquire() as db, db.transaction():
        await db.execute("DELETE FROM refresh_tokens WHERE family_id = $1", UUID(int=0))
        gone = await delete_old_rows(scratch_pool)

    assert gone == 1

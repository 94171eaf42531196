"""Two tabs of one client exchange a refresh token at once; a thief comes later."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest

from auth.signing_keys import KeyRing
from auth.tokens import Authenticator, TokenIssuer
from domain.account import SignedIn
from domain.accounts import AccountService
from domain.client_secrets import secret_hash
from domain.errors import SignInAgainError
from persistence.people.accounts import PostgresAccounts
from persistence.postgres.housekeeping import delete_old_rows
from persistence.postgres.pool import Pool
from tests.support.accounts import FakePasswords
from tests.support.polling import until_blocked

HOME, OTHER = "192.0.2.1", "192.0.2.2"
TOKENS = "SELECT count(*) FROM refresh_tokens WHERE account_id = $1"
AGE = """
UPDATE refresh_tokens SET used_at = used_at - $2::interval WHERE token_hash = $1
"""


def service_on(pool: Pool, key_ring: KeyRing, seconds: float = 10) -> AccountService:
    return AccountService(
        PostgresAccounts(pool),
        FakePasswords(),
        TokenIssuer(key_ring),
        race_period=timedelta(seconds=seconds),
    )


@pytest.fixture
def service(pool: Pool, key_ring: KeyRing) -> AccountService:
    return service_on(pool, key_ring)


@pytest.fixture
async def ana(service: AccountService) -> SignedIn:
    address = f"ana.{uuid4().hex}@cinema.example"
    return await service.sign_up(address, "correct-horse", "Ana")


async def refused(
    service: AccountService, refresh_token: str, network: str | None
) -> bool:
    try:
        await service.refresh(refresh_token, network)
    except SignInAgainError:
        return True
    return False


async def test_ten_tabs_at_once_have_one_successor_and_all_stay_signed_in(
    service: AccountService, pool: Pool, key_ring: KeyRing, ana: SignedIn
) -> None:
    answers = await asyncio.gather(
        *(service.refresh(ana.refresh_token, HOME) for _ in range(10))
    )

    [successor] = {each.refresh_token for each in answers}
    assert all(
        Authenticator(key_ring).viewer(f"Bearer {each.access_token}")
        for each in answers
    )
    assert {each.account for each in answers} == {ana.account}
    assert await pool.fetchval(TOKENS, ana.account.id) == 2
    assert not await refused(service, successor, HOME)


async def test_a_tab_that_waits_for_the_others_exchange_has_its_successor(
    service: AccountService, pool: Pool, ana: SignedIn
) -> None:
    async with pool.acquire() as db, db.transaction():
        await db.execute(
            "SELECT FROM refresh_tokens WHERE token_hash = $1 FOR UPDATE",
            secret_hash(ana.refresh_token),
        )
        tabs = [
            asyncio.create_task(service.refresh(ana.refresh_token, HOME))
            for _ in range(2)
        ]
        await until_blocked(pool, 2)

    first, second = await asyncio.gather(*tabs)
    assert first.refresh_token == second.refresh_token


async def test_a_tab_that_comes_after_two_exchanges_has_the_newest(
    service: AccountService, pool: Pool, ana: SignedIn
) -> None:
    second = await service.refresh(ana.refresh_token, HOME)
    third = await service.refresh(second.refresh_token, HOME)

    late = await service.refresh(ana.refresh_token, HOME)

    assert late.refresh_token == third.refresh_token
    assert await pool.fetchval(TOKENS, ana.account.id) == 3


async def test_after_the_period_it_is_a_theft(
    service: AccountService, pool: Pool, ana: SignedIn
) -> None:
    again = await service.refresh(ana.refresh_token, HOME)
    token_hash = secret_hash(ana.refresh_token)
    await pool.execute(AGE, token_hash, timedelta(seconds=9))
    assert not await refused(service, ana.refresh_token, HOME)
    await pool.execute(AGE, token_hash, timedelta(seconds=1))

    assert await refused(service, ana.refresh_token, HOME)
    assert await refused(service, again.refresh_token, HOME)
    assert await pool.fetchval(TOKENS, ana.account.id) == 0


@pytest.mark.parametrize("thief", [OTHER, None])
async def test_from_another_network_it_is_a_theft(
    service: AccountService, pool: Pool, ana: SignedIn, thief: str | None
) -> None:
    again = await service.refresh(ana.refresh_token, HOME)

    assert await refused(service, ana.refresh_token, thief)
    assert await refused(service, again.refresh_token, HOME)
    assert await pool.fetchval(TOKENS, ana.account.id) == 0


async def test_who_has_no_network_has_no_other_tabs(
    service: AccountService, ana: SignedIn
) -> None:
    await service.refresh(ana.refresh_token, None)

    assert await refused(service, ana.refresh_token, None)


async def test_a_period_of_zero_means_that_every_repeat_is_a_theft(
    pool: Pool, key_ring: KeyRing, ana: SignedIn
) -> None:
    service = service_on(pool, key_ring, seconds=0)
    again = await service.refresh(ana.refresh_token, HOME)

    assert await refused(service, ana.refresh_token, HOME)
    assert await refused(service, again.refresh_token, HOME)


async def test_signed_out_is_signed_out_in_all_tabs(
    service: AccountService, ana: SignedIn
) -> None:
    again = await service.refresh(ana.refresh_token, HOME)
    await service.sign_out(again.refresh_token)

    assert await refused(service, ana.refresh_token, HOME)


async def test_the_table_does_not_have_the_successor_and_loses_what_it_has(
    scratch_pool: Pool, key_ring: KeyRing
) -> None:
    service = service_on(scratch_pool, key_ring)
    ana = await service.sign_up("ana@cinema.example", "correct-horse", "Ana")
    again = await service.refresh(ana.refresh_token, HOME)
    sealed = "SELECT successor FROM refresh_tokens WHERE used_at IS NOT NULL"

    kept = await scratch_pool.fetchval(sealed)
    await delete_old_rows(scratch_pool)
    still = await scratch_pool.fetchval(sealed)
    await scratch_pool.execute(
        AGE, secret_hash(ana.refresh_token), timedelta(seconds=61)
    )
    await delete_old_rows(scratch_pool)

    assert kept is not None and kept == still
    assert again.refresh_token.encode() not in kept
    assert await scratch_pool.fetchval(sealed) is None

"""Linking identities to accounts on real Postgres, and codes in real Redis."""

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from redis.asyncio import Redis

from auth.passwords import Argon2Passwords
from auth.signing_keys import KeyRing
from auth.tokens import TokenIssuer
from domain.accounts import AccountService
from domain.errors import InvalidCredentialsError
from domain.people import Role
from persistence.key_value.sign_in_codes import RedisSignInCodes
from persistence.people.accounts import PostgresAccounts
from persistence.people.identities import PostgresIdentities
from persistence.postgres.pool import Pool
from tests.support.accounts import email_address
from tests.support.polling import until_blocked

ISSUER = "https://id.example"


@pytest.fixture
def identities(pool: Pool) -> PostgresIdentities:
    return PostgresIdentities(pool)


@pytest.fixture
def service(
    pool: Pool, cheap_passwords: Argon2Passwords, key_ring: KeyRing
) -> AccountService:
    accounts = PostgresAccounts(pool)
    return AccountService(accounts, cheap_passwords, TokenIssuer(key_ring))


def new_address() -> str:
    return f"ana.{uuid4().hex}@cinema.example"


async def ways_in(pool: Pool, account_id: UUID) -> tuple[bool, bool, int, int]:
    """Is verified, has a password, number of refresh tokens, number of identities."""
    row = await pool.fetchrow(
        "SELECT email_verified_at IS NOT NULL, password_hash IS NOT NULL,"
        " (SELECT count(*) FROM refresh_tokens WHERE account_id = id),"
        " (SELECT count(*) FROM identities WHERE account_id = id)"
        " FROM accounts WHERE id = $1",
        account_id,
    )
    assert row is not None
    verified, password, tokens, linked = row
    return verified, password, tokens, linked


async def test_a_new_address_is_a_new_customer_without_a_password(
    identities: PostgresIdentities, pool: Pool
) -> None:
    email, subject = new_address(), uuid4().hex

    ana = await identities.link(ISSUER, subject, email_address(email), "Ana")

    assert (ana.email, ana.name, ana.role) == (email, "Ana", Role.CUSTOMER)
    assert await ways_in(pool, ana.id) == (True, False, 0, 1)
    assert await identities.account(ISSUER, subject) == ana
    assert await identities.account("https://other.example", subject) is None
    assert await identities.account(ISSUER, "another") is None


async def test_a_stranger_in_the_account_of_an_address_loses_every_way_in(
    identities: PostgresIdentities, service: AccountService, pool: Pool
) -> None:
    email = new_address()
    eva = await service.sign_up(email, "correct-horse", "Eva")

    ana = await identities.link(
        ISSUER, uuid4().hex, email_address(email.title()), "Ana"
    )

    assert ana == eva.account
    assert await ways_in(pool, ana.id) == (True, False, 0, 1)
    with pytest.raises(InvalidCredentialsError):
        await service.sign_in(email, "correct-horse")


@pytest.mark.parametrize("is_known", [True, False])
async def test_the_owner_of_an_address_has_mails_in_their_language(
    identities: PostgresIdentities,
    service: AccountService,
    *,
    is_known: bool,
) -> None:
    """Also where a stranger, who had another one, has opened the account."""
    email = new_address()
    if is_known:
        await service.sign_up(email, "correct-horse", "Eva", locale="es")

    ana = await identities.link(
        ISSUER, uuid4().hex, email_address(email), "Ana", locale="pt-BR"
    )

    found = await service.find(ana.id)
    assert found
    assert found.locale == "pt-BR"


async def test_a_second_provider_takes_nothing_from_a_verified_account(
    identities: PostgresIdentities, service: AccountService, pool: Pool
) -> None:
    email = new_address()
    ana = await identities.link(ISSUER, uuid4().hex, email_address(email), "Ana")
    await service.issue_tokens(ana)

    again = await identities.link(
        "https://other.example", "7", email_address(email), "Ana B."
    )

    assert again == ana
    assert await ways_in(pool, ana.id) == (True, False, 1, 2)


async def test_twenty_callbacks_at_once_are_one_account(
    identities: PostgresIdentities, pool: Pool
) -> None:
    email, subject = new_address(), uuid4().hex

    linked = await asyncio.gather(
        *(
            identities.link(ISSUER, subject, email_address(email), "Ana")
            for _ in range(20)
        )
    )

    assert len({account.id for account in linked}) == 1
    assert await ways_in(pool, linked[0].id) == (True, False, 0, 1)


async def test_one_identity_with_many_addresses_at_once_is_one_account(
    identities: PostgresIdentities, pool: Pool
) -> None:
    emails, subject = [new_address() for _ in range(10)], uuid4().hex

    linked = await asyncio.gather(
        *(
            identities.link(ISSUER, subject, email_address(email), "Ana")
            for email in emails
        )
    )

    assert len({account.id for account in linked}) == 1
    added = "SELECT count(*) FROM accounts WHERE email = ANY($1)"
    assert await pool.fetchval(added, emails) == 1


async def test_signing_up_and_linking_at_once_leave_no_way_in_but_the_identity(
    identities: PostgresIdentities, service: AccountService, pool: Pool
) -> None:
    for _ in range(3):
        email = new_address()

        ana, *_ = await asyncio.gather(
            identities.link(ISSUER, uuid4().hex, email_address(email), "Ana"),
            service.sign_up(email, "correct-horse", "Eva"),
            return_exceptions=True,
        )

        assert not isinstance(ana, BaseException)
        assert await ways_in(pool, ana.id) == (True, False, 0, 1)


async def test_refreshing_and_linking_at_once_leave_no_token_of_before(
    identities: PostgresIdentities, service: AccountService, pool: Pool
) -> None:
    for _ in range(5):
        eva = await service.sign_up(new_address(), "correct-horse", "Eva")

        ana, *_ = await asyncio.gather(
            identities.link(
                ISSUER, uuid4().hex, email_address(eva.account.email), "Ana"
            ),
            service.refresh(eva.refresh_token),
            return_exceptions=True,
        )

        assert ana == eva.account
        assert await ways_in(pool, eva.account.id) == (True, False, 0, 1)


async def test_a_password_that_was_right_a_moment_ago_gets_no_tokens(
    service: AccountService, pool: Pool
) -> None:
    eva = await service.sign_up(new_address(), "correct-horse", "Eva")
    login = await PostgresAccounts(pool).login(email_address(eva.account.email))
    assert login is not None
    async with pool.acquire() as db:
        takeover = db.transaction()
        await takeover.start()
        await db.execute(
            "UPDATE accounts SET password_hash = NULL, email_verified_at = now()"
            " WHERE id = $1",
            eva.account.id,
        )
        signing_in = asyncio.ensure_future(
            service.issue_tokens(eva.account, login.password_hash)
        )
        await until_blocked(pool, 1)
        await takeover.commit()

    with pytest.raises(InvalidCredentialsError):
        await signing_in
    assert await ways_in(pool, eva.account.id) == (True, False, 1, 0)  # from signing up


async def test_a_code_is_taken_once(redis: Redis) -> None:
    codes, code, account_id = RedisSignInCodes(redis), uuid4().bytes, uuid4()
    await codes.keep(code, account_id, timedelta(seconds=60))

    taken = await asyncio.gather(*(codes.take(code) for _ in range(10)))

    assert sorted(map(str, taken)) == sorted([str(account_id)] + ["None"] * 9)


async def test_a_code_expires(redis: Redis) -> None:
    codes, code = RedisSignInCodes(redis), uuid4().bytes
    await codes.keep(code, uuid4(), timedelta(seconds=60))

    left = await redis.pttl(f"sign-in-code:{code.hex()}")

    assert 50_000 < left <= 60_000

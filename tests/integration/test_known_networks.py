"""From which networks an account has signed in."""

from dataclasses import replace

import pytest
from redis.asyncio import Redis

from auth.signing_keys import KeyRing
from auth.tokens import TokenIssuer
from domain.accounts import AccountService
from domain.client_secrets import new_secret, secret_hash
from domain.identities import CODE_PERIOD, IdentityService
from loadtest.documents import REFRESH_TOKENS
from persistence.key_value.sign_in_codes import RedisSignInCodes
from persistence.people.accounts import PostgresAccounts
from persistence.people.identities import PostgresIdentities
from persistence.postgres.housekeeping import delete_old_rows
from persistence.postgres.pool import Pool
from tests.support.accounts import FakePasswords, email_address
from tests.support.schema_client import SchemaClient
from tests.support.signing_in import HOME, NEW, PatientLimits, SigningIn

EXCHANGE = """
mutation ($code: String!) { exchangeSignInCode(code: $code) { __typename } }
"""
HASHES = "SELECT network_hash FROM sign_in_networks WHERE account_id = $1"
AGE = """
UPDATE sign_in_networks SET seen_at = seen_at - $2::int * interval '1 day'
WHERE account_id = $1
"""
IS_RECENT = """
SELECT clock_timestamp() - seen_at < interval '1 minute'
FROM sign_in_networks WHERE account_id = $1
"""


@pytest.fixture
def ana(
    client: SchemaClient, pool: Pool, empty_redis: Redis, key_ring: KeyRing
) -> SigningIn:
    accounts = AccountService(
        PostgresAccounts(pool), FakePasswords(), TokenIssuer(key_ring)
    )
    client.services = replace(
        client.services,
        accounts=accounts,
        identities=IdentityService(
            PostgresIdentities(pool), RedisSignInCodes(empty_redis), accounts
        ),
        rate_limits=PatientLimits(empty_redis),
    )
    return SigningIn(client)


async def is_known(ana: SigningIn, pool: Pool, network: str) -> bool:
    return await PostgresAccounts(pool).knows_network(email_address(ana.email), network)


@pytest.mark.parametrize("how", ["sign up", "sign in", "refresh", "code"])
async def test_every_way_in_makes_a_network_known(
    ana: SigningIn, pool: Pool, empty_redis: Redis, how: str
) -> None:
    signed_up = await ana.sign_up(HOME if how == "sign up" else None)
    if how == "sign in":
        await ana.sign_in(HOME)
    elif how == "refresh":
        await ana.ask(REFRESH_TOKENS, HOME, token=signed_up["refreshToken"])
    elif how == "code":
        login = await PostgresAccounts(pool).login(email_address(ana.email))
        assert login
        code = new_secret()
        codes = RedisSignInCodes(empty_redis)
        await codes.keep(secret_hash(code), login.account.id, CODE_PERIOD)
        await ana.ask(EXCHANGE, HOME, code=code)

    assert await is_known(ana, pool, HOME)
    assert not await is_known(ana, pool, NEW)
    nobody = email_address("nobody@cinema.example")
    assert not await PostgresAccounts(pool).knows_network(nobody, HOME)


async def test_a_wrong_password_makes_no_network_known(
    ana: SigningIn, pool: Pool
) -> None:
    await ana.sign_up(HOME)
    await ana.sign_in(NEW, "wrong-horse")

    assert not await is_known(ana, pool, NEW)


async def test_networks_are_hashed_and_forgotten_after_thirty_days(
    ana: SigningIn, pool: Pool
) -> None:
    account_id = (await ana.sign_up(HOME))["viewer"]["id"]
    await ana.sign_in(HOME)
    [row] = await pool.fetch(HASHES, account_id)
    assert HOME.encode() not in row["network_hash"]
    await pool.execute(AGE, account_id, 30)

    assert not await is_known(ana, pool, HOME)
    await delete_old_rows(pool)
    assert await pool.fetch(HASHES, account_id) == []


async def test_a_sign_in_keeps_its_network_known(ana: SigningIn, pool: Pool) -> None:
    account_id = (await ana.sign_up(HOME))["viewer"]["id"]
    await pool.execute(AGE, account_id, 29)

    await ana.sign_in(HOME)

    assert await pool.fetchval(IS_RECENT, account_id)


async def test_whoever_loses_the_account_to_its_owner_takes_no_network_along(
    ana: SigningIn, pool: Pool
) -> None:
    await ana.sign_up(HOME)

    await PostgresIdentities(pool).link(
        "https://id", ana.email, email_address(ana.email), "Ana"
    )

    assert not await is_known(ana, pool, HOME)

"""Verifying the address of an account, through GraphQL."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from auth.signing_keys import KeyRing
from auth.tokens import TokenIssuer
from domain.accounts import AccountService
from domain.addresses import AddressService
from domain.people import Role, Viewer
from loadtest.documents import SIGN_UP
from persistence.people.accounts import PostgresAccounts
from persistence.people.addresses import PostgresAddresses
from persistence.postgres.engine import open_engine
from persistence.postgres.housekeeping import delete_old_rows
from persistence.postgres.pool import Pool
from tests.support.accounts import FakePasswords
from tests.support.api_examples import example
from tests.support.mail_server import MailServer, code_in
from tests.support.notices import awaited, notices_handler, smtp_outlet
from tests.support.schema_client import SchemaClient

REQUEST = "mutation { requestEmailVerification { ok } }"
ME = "{ viewer { email emailVerified locale } }"
EXPIRE = "UPDATE account_tokens SET expires_at = clock_timestamp()"


class Post:
    """The mails that the events of one database are."""

    def __init__(self, pool: Pool, server: MailServer) -> None:
        self._pool = pool
        self._server = server

    async def mails(self) -> int:
        handler = notices_handler(self._pool, smtp_outlet(self._server))
        await handler.handle(await awaited(self._pool))
        return len(self._server.mails)

    async def code(self) -> str:
        await self.mails()
        return code_in(self._server.mails[-1])


@pytest.fixture
def post(scratch_pool: Pool, mail_server: MailServer) -> Post:
    return Post(scratch_pool, mail_server)


@pytest.fixture
async def client(
    client: SchemaClient,
    scratch_pool: Pool,
    scratch_database_url: str,
    key_ring: KeyRing,
) -> AsyncIterator[SchemaClient]:
    engine = open_engine(scratch_database_url, max_size=2, name="tests")
    scratch = SchemaClient(client.schema, engine, scratch_pool)
    scratch.services = replace(
        scratch.services,
        accounts=AccountService(
            PostgresAccounts(scratch_pool), FakePasswords(), TokenIssuer(key_ring)
        ),
        addresses=AddressService(PostgresAddresses(scratch_pool)),
    )
    yield scratch
    await engine.dispose()


async def signed_up(client: SchemaClient, name: str = "ana") -> Viewer:
    answer = await client.mutate(
        SIGN_UP,
        None,
        email=f"{name}@cinema.example",
        password="correct-horse",
        name="Ana",
    )
    return Viewer(UUID(answer["viewer"]["id"]), Role.CUSTOMER)


async def verify(client: SchemaClient, who: Viewer, token: str) -> Any:
    answer = await client.ask(example("VerifyEmail"), who, token=token)
    assert answer.errors is None and answer.data
    return answer.data["verifyEmail"]


INVALID = {
    "__typename": "TokenInvalid",
    "code": "TOKEN_INVALID",
    "message": "This code is not valid any more. Ask for a new one.",
}


async def test_the_code_of_the_mail_verifies_the_address_once(
    client: SchemaClient, post: Post
) -> None:
    ana = await signed_up(client)
    code = await post.code()

    before = await client.ask(ME, ana)
    verified = await verify(client, ana, code)

    assert before.data == {
        "viewer": {
            "email": "ana@cinema.example",
            "emailVerified": False,
            "locale": "en",
        }
    }
    assert verified == {
        "__typename": "Viewer",
        "email": "ana@cinema.example",
        "emailVerified": True,
    }
    assert await verify(client, ana, code) == INVALID


@pytest.mark.parametrize("token", ["", "nonsense", "x" * 10_000, "ñ"])
async def test_what_is_no_code_is_refused(client: SchemaClient, token: str) -> None:
    ana = await signed_up(client)

    assert await verify(client, ana, token) == INVALID


async def test_a_code_is_of_one_account_and_expires(
    client: SchemaClient, post: Post, scratch_pool: Pool
) -> None:
    ana = await signed_up(client)
    code = await post.code()
    bia = await signed_up(client, "bia")

    assert await verify(client, bia, code) == INVALID
    await scratch_pool.execute(EXPIRE)
    assert await verify(client, ana, code) == INVALID
    await delete_old_rows(scratch_pool)
    assert await scratch_pool.fetchval("SELECT count(*) FROM account_tokens") == 0


async def test_five_codes_are_sent_and_no_more(
    client: SchemaClient, post: Post, scratch_pool: Pool
) -> None:
    ana = await signed_up(client)
    for _ in range(9):
        answer = await client.ask(REQUEST, ana)
        assert answer.data == {"requestEmailVerification": {"ok": True}}

    assert await post.mails() == 5
    await scratch_pool.execute(EXPIRE)
    await client.ask(REQUEST, ana)
    assert await post.mails() == 6


async def test_a_verified_address_is_sent_no_mail(
    client: SchemaClient, post: Post
) -> None:
    ana = await signed_up(client)
    await verify(client, ana, await post.code())

    answer = await client.ask(REQUEST, ana)

    assert answer.data == {"requestEmailVerification": {"ok": True}}
    assert await post.mails() == 1

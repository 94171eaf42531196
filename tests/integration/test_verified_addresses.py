"""Verifying the address of an account, through GraphQL."""

from typing import Any

import pytest

from domain.people import Viewer
from persistence.postgres.housekeeping import delete_old_rows
from persistence.postgres.pool import Pool
from tests.support.account_client import Post, signed_up
from tests.support.api_examples import example
from tests.support.schema_client import SchemaClient

REQUEST = "mutation { requestEmailVerification { ok } }"
ME = "{ viewer { email emailVerified locale } }"
EXPIRE = "UPDATE account_tokens SET expires_at = clock_timestamp()"


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
    account_client: SchemaClient, post: Post
) -> None:
    ana = await signed_up(account_client)
    code = await post.code()

    before = await account_client.ask(ME, ana)
    verified = await verify(account_client, ana, code)

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
    assert await verify(account_client, ana, code) == INVALID


@pytest.mark.parametrize("token", ["", "nonsense", "x" * 10_000, "ñ"])
async def test_what_is_no_code_is_refused(
    account_client: SchemaClient, token: str
) -> None:
    ana = await signed_up(account_client)

    assert await verify(account_client, ana, token) == INVALID


async def test_a_code_is_of_one_account_and_expires(
    account_client: SchemaClient, post: Post, scratch_pool: Pool
) -> None:
    ana = await signed_up(account_client)
    code = await post.code()
    bia = await signed_up(account_client, "bia")

    assert await verify(account_client, bia, code) == INVALID
    await scratch_pool.execute(EXPIRE)
    assert await verify(account_client, ana, code) == INVALID
    await delete_old_rows(scratch_pool)
    assert await scratch_pool.fetchval("SELECT count(*) FROM account_tokens") == 0


async def test_five_codes_are_sent_and_no_more(
    account_client: SchemaClient, post: Post, scratch_pool: Pool
) -> None:
    ana = await signed_up(account_client)
    for _ in range(9):
        answer = await account_client.ask(REQUEST, ana)
        assert answer.data == {"requestEmailVerification": {"ok": True}}

    assert await post.mails() == 5
    await scratch_pool.execute(EXPIRE)
    await account_client.ask(REQUEST, ana)
    assert await post.mails() == 6


async def test_a_verified_address_is_sent_no_mail(
    account_client: SchemaClient, post: Post
) -> None:
    ana = await signed_up(account_client)
    await verify(account_client, ana, await post.code())

    answer = await account_client.ask(REQUEST, ana)

    assert answer.data == {"requestEmailVerification": {"ok": True}}
    assert await post.mails() == 1

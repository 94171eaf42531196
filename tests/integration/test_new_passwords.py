"""Forgotten and changed passwords, through GraphQL."""

import asyncio
from collections import Counter
from typing import Any

import pytest

from domain.client_secrets import secret_hash
from domain.people import Viewer
from loadtest.documents import REFRESH_TOKENS, SIGN_IN
from persistence.people.password_changes import PostgresPasswordChanges
from persistence.postgres.pool import Pool
from tests.support.account_client import PASSWORD, Post, sign_up, signed_up
from tests.support.api_examples import example
from tests.support.notices import awaited
from tests.support.schema_client import SchemaClient

REQUEST = """
mutation ($email: String!) { requestPasswordReset(input: {email: $email}) { ok } }
"""
CHANGE = """
mutation ($current: String!, $password: String!) {
  changePassword(input: {current: $current, password: $password}) {
    __typename
    ... on AuthTokens { refreshToken viewer { name } }
    ... on InvalidInput { fields { path } }
  }
}
"""
NEW = "battery-staple"
EXPIRE = "UPDATE account_tokens SET expires_at = clock_timestamp()"
DONE = {"requestPasswordReset": {"ok": True}}


async def reset(client: SchemaClient, token: str, password: str = NEW) -> Any:
    answer = await client.data(example("ResetPassword"), token=token, password=password)
    return answer["resetPassword"]


async def change(client: SchemaClient, who: Viewer, current: str, password: str) -> Any:
    answer = await client.ask(CHANGE, who, current=current, password=password)
    assert answer.errors is None and answer.data
    return answer.data["changePassword"]


async def sign_in(client: SchemaClient, password: str, name: str = "ana") -> str:
    answer = await client.mutate(
        SIGN_IN, None, email=f"{name}@cinema.example", password=password
    )
    return str(answer["__typename"])


async def reset_code(client: SchemaClient, post: Post) -> str:
    assert await client.data(REQUEST, email="ANA@cinema.example") == DONE
    return await post.code()


async def test_a_code_sets_a_password_once_and_ends_all_sign_ins(
    account_client: SchemaClient, post: Post
) -> None:
    _, refresh_token = await sign_up(account_client)
    code = await reset_code(account_client, post)

    signed_in = await reset(account_client, code)

    assert signed_in["__typename"] == "AuthTokens"
    assert signed_in["viewer"] == {"email": "ana@cinema.example", "emailVerified": True}
    assert await sign_in(account_client, PASSWORD) == "InvalidCredentials"
    assert await sign_in(account_client, NEW) == "AuthTokens"
    old = await account_client.data(REFRESH_TOKENS, token=refresh_token)
    assert old["refreshTokens"]["__typename"] == "InvalidCredentials"
    new = await account_client.data(REFRESH_TOKENS, token=signed_in["refreshToken"])
    assert new["refreshTokens"]["__typename"] == "AuthTokens"
    assert (await reset(account_client, code))["__typename"] == "TokenInvalid"


async def test_an_unknown_address_causes_the_same_answer_and_the_same_work(
    account_client: SchemaClient, post: Post, scratch_pool: Pool
) -> None:
    await signed_up(account_client)
    await post.mails()

    for email in ("ana@cinema.example", "eva@cinema.example", "no address", ""):
        assert await account_client.data(REQUEST, email=email) == DONE

    events = [event.data["account_id"] for event in await awaited(scratch_pool)]
    assert [account_id is None for account_id in events] == [False, True, True, True]
    assert await post.mails() == 2  # the first is that of signing up
    assert await awaited(scratch_pool) == []


async def test_strangers_fill_no_mailbox(
    account_client: SchemaClient, post: Post
) -> None:
    await signed_up(account_client)
    await post.mails()

    for _ in range(8):
        await account_client.data(REQUEST, email="ana@cinema.example")

    assert await post.mails() == 1 + 5


@pytest.mark.parametrize("password", ["short", "password", "ana@cinema.example"])
async def test_a_bad_password_leaves_the_code_valid(
    account_client: SchemaClient, post: Post, password: str
) -> None:
    await signed_up(account_client)
    code = await reset_code(account_client, post)

    refused = await reset(account_client, code, password)

    assert refused["__typename"] == "InvalidInput"
    assert refused["fields"][0]["path"] == ["password"]
    assert (await reset(account_client, code))["__typename"] == "AuthTokens"


async def test_codes_expire_and_are_of_one_purpose(
    account_client: SchemaClient, post: Post, scratch_pool: Pool
) -> None:
    ana = await signed_up(account_client)
    verification = await post.code()
    assert (await reset(account_client, verification))["__typename"] == "TokenInvalid"
    code = await reset_code(account_client, post)

    answer = await account_client.ask(example("VerifyEmail"), ana, token=code)
    assert answer.data and answer.data["verifyEmail"]["__typename"] == "TokenInvalid"
    await scratch_pool.execute(EXPIRE)
    assert (await reset(account_client, code))["__typename"] == "TokenInvalid"
    assert await sign_in(account_client, PASSWORD) == "AuthTokens"


async def test_of_two_uses_of_a_code_at_once_one_counts(
    account_client: SchemaClient, post: Post
) -> None:
    await signed_up(account_client)
    code = await reset_code(account_client, post)
    passwords = [f"battery-staple-{number}" for number in range(6)]

    answers = await asyncio.gather(
        *(reset(account_client, code, password) for password in passwords)
    )

    assert Counter(each["__typename"] for each in answers) == {
        "AuthTokens": 1,
        "TokenInvalid": 5,
    }
    entered = [await sign_in(account_client, password) for password in passwords]
    assert [each["__typename"] for each in answers].index(
        "AuthTokens"
    ) == entered.index("AuthTokens")


async def test_a_sign_in_that_crosses_a_reset_ends_with_it(
    account_client: SchemaClient, post: Post, scratch_pool: Pool
) -> None:
    """Each sign-in with the old password is refused, or its tokens are gone."""
    await signed_up(account_client)
    code = await reset_code(account_client, post)

    async def old_sign_in() -> dict[str, Any]:
        return await account_client.mutate(
            SIGN_IN, None, email="ana@cinema.example", password=PASSWORD
        )

    *old, _ = await asyncio.gather(
        *(old_sign_in() for _ in range(6)), reset(account_client, code)
    )

    for each in old:
        if each["__typename"] == "AuthTokens":
            again = await account_client.data(
                REFRESH_TOKENS, token=each["refreshToken"]
            )
            assert again["refreshTokens"]["__typename"] == "InvalidCredentials"
    assert await scratch_pool.fetchval("SELECT count(*) FROM refresh_tokens") == 1


async def test_a_code_that_went_to_another_address_sets_nothing(
    account_client: SchemaClient, post: Post, scratch_pool: Pool
) -> None:
    await signed_up(account_client)
    code = await reset_code(account_client, post)
    await scratch_pool.execute(
        "UPDATE accounts SET email = 'new@cinema.example', email_key = NULL"
    )

    changes = PostgresPasswordChanges(scratch_pool)
    assert await changes.reset(secret_hash(code), "hash") is None


async def test_changing_a_password_needs_the_present_one(
    account_client: SchemaClient,
) -> None:
    ana, refresh_token = await sign_up(account_client)

    wrong = await change(account_client, ana, "wrong-horse", NEW)
    bad = await change(account_client, ana, PASSWORD, "short")
    changed = await change(account_client, ana, PASSWORD, NEW)

    assert wrong == {"__typename": "InvalidCredentials"}
    assert bad == {"__typename": "InvalidInput", "fields": [{"path": ["password"]}]}
    assert changed["viewer"] == {"name": "Ana"}
    old = await account_client.data(REFRESH_TOKENS, token=refresh_token)
    assert old["refreshTokens"]["__typename"] == "InvalidCredentials"
    assert await sign_in(account_client, PASSWORD) == "InvalidCredentials"
    assert await sign_in(account_client, NEW) == "AuthTokens"


async def test_of_two_changes_at_once_one_counts(account_client: SchemaClient) -> None:
    ana = await signed_up(account_client)
    passwords = [f"battery-staple-{number}" for number in range(5)]

    answers = await asyncio.gather(
        *(change(account_client, ana, PASSWORD, password) for password in passwords)
    )

    counted = Counter(each["__typename"] for each in answers)
    assert counted == {"AuthTokens": 1, "InvalidCredentials": 4}

"""Changing name, language and address, through GraphQL."""

import asyncio
from typing import Any

import pytest

from domain.people import Viewer
from domain.profiles import ProfileChange
from persistence.people.account_facts import AccountFacts
from persistence.people.profiles import PostgresProfiles
from persistence.postgres.housekeeping import delete_old_rows
from persistence.postgres.pool import Pool
from tests.support.account_client import Post, signed_up
from tests.support.accounts import email_address
from tests.support.api_examples import example
from tests.support.mail_server import code_in, text_of
from tests.support.schema_client import SchemaClient

NEW = "ana.nova@cinema.example"
EMAIL = "{ viewer { email emailVerified } }"


async def update(client: SchemaClient, who: Viewer, **facts: Any) -> dict[str, Any]:
    answer = await client.ask(example("UpdateViewer"), who, input=facts)
    assert answer.errors is None and answer.data
    changed: dict[str, Any] = answer.data["updateViewer"]
    return changed


async def verify(client: SchemaClient, who: Viewer, token: str) -> str:
    answer = await client.ask(example("VerifyEmail"), who, token=token)
    assert answer.data
    return str(answer.data["verifyEmail"]["__typename"])


async def address(client: SchemaClient, who: Viewer) -> tuple[str, bool]:
    answer = await client.ask(EMAIL, who)
    assert answer.data
    return answer.data["viewer"]["email"], answer.data["viewer"]["emailVerified"]


async def test_name_and_language_change_at_once(
    account_client: SchemaClient, post: Post
) -> None:
    ana = await signed_up(account_client)

    changed = await update(account_client, ana, name=" Ana Maria ", locale="es")

    assert changed == {
        "__typename": "Viewer",
        "name": "Ana Maria",
        "email": "ana@cinema.example",
        "emailVerified": False,
        "locale": "es",
    }
    await post.mails()
    [mail] = post.server.mails
    assert mail["Subject"] == "Confirme su dirección de correo electrónico"


@pytest.mark.parametrize(
    ("facts", "fields"),
    [
        ({"name": " "}, ["name"]),
        ({"name": None}, ["name"]),
        ({"locale": "de"}, ["locale"]),
        ({"email": "a@localhost", "locale": ""}, ["email", "locale"]),
    ],
)
async def test_wrong_facts_are_all_named_and_change_nothing(
    account_client: SchemaClient, facts: dict[str, Any], fields: list[str]
) -> None:
    ana = await signed_up(account_client)

    refused = await update(account_client, ana, **facts)

    assert refused["__typename"] == "InvalidInput"
    assert [each["path"] for each in refused["fields"]] == [[name] for name in fields]
    assert await address(account_client, ana) == ("ana@cinema.example", False)


async def test_a_new_address_counts_once_its_code_is_used(
    account_client: SchemaClient, post: Post
) -> None:
    ana = await signed_up(account_client)
    assert await verify(account_client, ana, await post.code()) == "Viewer"

    changed = await update(account_client, ana, email=NEW.upper())
    assert changed["email"] == "ana@cinema.example"
    await post.mails()

    _, first, second = post.server.mails
    mails = {str(mail["To"]): mail for mail in (first, second)}
    assert mails.keys() == {NEW, "ana@cinema.example"}
    assert NEW in text_of(mails["ana@cinema.example"])
    assert await verify(account_client, ana, code_in(mails[NEW])) == "Viewer"
    assert await address(account_client, ana) == (NEW, True)
    assert (await signed_up(account_client)).id != ana.id  # the old one is free


async def test_codes_to_the_old_address_end_with_it(
    account_client: SchemaClient, post: Post, scratch_pool: Pool
) -> None:
    ana = await signed_up(account_client)
    old_code = await post.code()
    await update(account_client, ana, email=NEW)
    await post.mails()
    [new] = [mail for mail in post.server.mails if mail["To"] == NEW]
    assert await verify(account_client, ana, code_in(new)) == "Viewer"

    assert await verify(account_client, ana, old_code) == "TokenInvalid"
    assert await scratch_pool.fetchval("SELECT count(*) FROM account_tokens") == 0


async def test_a_mail_to_the_old_address_that_comes_late_still_goes_there(
    account_client: SchemaClient, post: Post, scratch_pool: Pool
) -> None:
    ana = await signed_up(account_client)
    await post.mails()
    await update(account_client, ana, email=NEW)
    post.server.refusals["ana@cinema.example"] = "451 later"
    assert await verify(account_client, ana, await post.code()) == "Viewer"

    post.server.refusals.clear()
    await post.mails()

    assert post.server.mails[-1]["To"] == "ana@cinema.example"
    await scratch_pool.execute(
        "UPDATE address_changes SET requested_at = requested_at - interval '31 days'"
    )
    await delete_old_rows(scratch_pool)
    assert await AccountFacts(scratch_pool).address_change(ana.id) is None


async def test_only_its_owner_learns_that_an_address_is_taken(
    account_client: SchemaClient, post: Post
) -> None:
    ana = await signed_up(account_client)
    await signed_up(account_client, "bia")
    await post.mails()

    free = await update(account_client, ana, email="free@cinema.example")
    taken = await update(account_client, ana, email="BIA@cinema.example")
    await post.mails()

    assert taken == free
    to_bia = [mail for mail in post.server.mails[2:] if "bia@" in mail["To"]]
    assert {mail["Subject"] for mail in to_bia} == {"You have an account already"}
    with pytest.raises(ValueError, match="not enough values"):
        code_in(to_bia[0])
    assert await address(account_client, ana) == ("ana@cinema.example", False)


async def test_of_two_accounts_that_confirm_one_address_one_gets_it(
    account_client: SchemaClient, post: Post
) -> None:
    viewers = [await signed_up(account_client, name) for name in ("ana", "bia", "eva")]
    await post.mails()
    codes = []
    for viewer in viewers:
        await update(account_client, viewer, email=NEW)
        await post.mails()
        mails = [mail for mail in post.server.mails if mail["To"] == NEW]
        codes.append(code_in(mails[-1]))

    answers = await asyncio.gather(
        *(
            verify(account_client, viewer, code)
            for viewer, code in zip(viewers, codes, strict=True)
        )
    )

    assert sorted(answers) == ["TokenInvalid", "TokenInvalid", "Viewer"]
    held = [(await address(account_client, viewer))[0] == NEW for viewer in viewers]
    assert held == [answer == "Viewer" for answer in answers]


async def test_another_spelling_of_the_address_is_no_change(
    account_client: SchemaClient, post: Post, scratch_pool: Pool
) -> None:
    ana = await signed_up(account_client)
    await post.mails()

    same = ProfileChange(email=email_address("ANA@cinema.example"))
    await PostgresProfiles(scratch_pool).change(ana.id, same)

    assert await post.mails() == 1

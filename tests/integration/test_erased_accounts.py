"""Erased accounts: nothing of the person stays, and no sale is lost."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from domain.account_tokens import TokenPurpose
from domain.idempotency import APPROVE_PAYMENT
from domain.people import Viewer
from domain.ports import Hold, IdempotencyKey
from domain.profiles import AccountInUseError
from loadtest.documents import SIGN_IN
from persistence.people.account_facts import AccountFacts
from persistence.people.profiles import PostgresProfiles
from persistence.postgres.pool import Pool
from persistence.sales.ledger import PostgresLedger
from persistence.tables import metadata
from tests.support.account_client import PASSWORD, Post, sign_up, signed_up
from tests.support.api_examples import example
from tests.support.cinema import Cinema, Show
from tests.support.events import open_payment
from tests.support.payments import Payments
from tests.support.polling import until_blocked
from tests.support.refunds import asking, refund_service, sell
from tests.support.schema_client import SchemaClient

ALL_TEXT = "SELECT coalesce(string_agg(row::text, ''), '') FROM TABLE AS row"


def holding(show: Show, who: Viewer) -> Hold:
    return Hold(
        reservation_id=uuid4(),
        customer_id=who.id,
        wanted=show.wanting(0),
        period=timedelta(minutes=5),
    )


async def everything(pool: Pool) -> str:
    """The text of all rows, but not of the events that wait."""
    tables = metadata.tables.keys() - {"outbox"}
    texts = [
        await pool.fetchval(ALL_TEXT.replace("TABLE", table))
        for table in sorted(tables)
    ]
    return "".join(texts)


async def erase(
    client: SchemaClient, who: Viewer, password: str | None = PASSWORD, **more: Any
) -> str:
    answer = await client.ask(example("EraseAccount"), who, password=password, **more)
    assert answer.errors is None and answer.data
    return str(answer.data["eraseAccount"]["__typename"])


async def test_nothing_of_the_person_stays(
    account_client: SchemaClient, post: Post, scratch_pool: Pool
) -> None:
    ana = await signed_up(account_client, "unmistakable")
    await account_client.ask(
        example("UpdateViewer"),
        ana,
        input={"name": "Unmistakable Ana", "email": "also.unmistakable@b.example"},
    )
    await post.mails()
    await scratch_pool.execute(
        "INSERT INTO identities (issuer, subject, account_id)"
        " VALUES ('https://issuer.example', 'unmistakable', $1)",
        ana.id,
    )
    assert "nmistakable" in await everything(scratch_pool)

    assert await erase(account_client, ana) == "Done"

    assert "nmistakable" not in await everything(scratch_pool)
    viewer = await account_client.ask("{ viewer { id } }", ana)
    assert viewer.data == {"viewer": None}
    signing_in = await account_client.mutate(
        SIGN_IN, None, email="unmistakable@cinema.example", password=PASSWORD
    )
    assert signing_in["__typename"] == "InvalidCredentials"
    again = await signed_up(account_client, "unmistakable")
    assert again.id != ana.id
    assert await erase(account_client, ana) == "InvalidCredentials"
    exported = await account_client.ask("{ exportViewer }", ana)
    assert exported.errors


async def test_mails_that_wait_are_sent_to_nobody(
    account_client: SchemaClient, post: Post
) -> None:
    ana = await signed_up(account_client)

    assert await erase(account_client, ana) == "Done"

    assert await post.mails() == 0


async def test_it_takes_the_password(account_client: SchemaClient) -> None:
    ana, _ = await sign_up(account_client)

    for wrong in (None, "", "wrong-horse"):
        assert await erase(account_client, ana, wrong) == "InvalidCredentials"
    assert await erase(account_client, ana) == "Done"


async def test_an_account_without_a_password_needs_none(
    account_client: SchemaClient, scratch_pool: Pool
) -> None:
    ana = await signed_up(account_client)
    await scratch_pool.execute("UPDATE accounts SET password_hash = NULL")

    assert await erase(account_client, ana, None) == "Done"


async def test_tickets_to_be_used_are_given_up_only_on_demand(
    account_client: SchemaClient, scratch_pool: Pool
) -> None:
    ana = await signed_up(account_client)
    show = await Cinema(scratch_pool).open_session()
    sold = await sell(scratch_pool, show, ana.id, 0)

    assert await erase(account_client, ana) == "InUse"
    assert await erase(account_client, ana, giveUpTickets=True) == "Done"

    row = await scratch_pool.fetchrow(
        "SELECT status, amount_minor, customer_id FROM reservations WHERE id = $1",
        sold.id,
    )
    assert row and tuple(row) == ("CONFIRMED", 2500, ana.id)


async def test_where_they_paid_and_why_they_did_not_come_is_forgotten(
    account_client: SchemaClient, scratch_pool: Pool
) -> None:
    ana = await signed_up(account_client)
    payments = Payments(scratch_pool)
    show = await Cinema(scratch_pool).open_session(starts_in=timedelta(days=3))
    bought = await payments.hold(show, ana.id, 0)
    await payments.start(bought, return_url="https://a.example/?for=unmistakable")
    await payments.pay(bought)
    await payments.settle()
    sold = await payments.ledger.reservation(bought.reservation_id)
    await refund_service(scratch_pool).refund_tickets(asking(sold))
    await payments.settle()

    assert await erase(account_client, ana) == "Done"

    attempt = await payments.attempt(bought)
    assert (attempt["return_url"], attempt["checkout_url"]) == ("", None)
    assert (attempt["outcome"], attempt["captured_minor"]) == ("SOLD", 2500)
    [reason] = await scratch_pool.fetch("SELECT reason FROM refunds")
    assert tuple(reason) == ("-",)


async def test_tickets_of_a_session_that_is_over_are_no_reason_to_stay(
    account_client: SchemaClient, scratch_pool: Pool
) -> None:
    ana = await signed_up(account_client)
    cinema = Cinema(scratch_pool)
    await sell(scratch_pool, show := await cinema.open_session(), ana.id, 0)
    await scratch_pool.execute(
        "UPDATE sessions SET starts_at = starts_at - $2::interval,"
        " ends_at = ends_at - $2::interval WHERE id = $1",
        show.session_id,
        timedelta(days=2),
    )

    assert await erase(account_client, ana) == "Done"


@pytest.mark.parametrize("first", ["payment", "erasure"])
async def test_a_payment_that_crosses_the_erasure_is_not_overlooked(
    account_client: SchemaClient, scratch_pool: Pool, first: str
) -> None:
    """They lock the same rows: none deadlocks, and no sale is made in between."""
    ana = await signed_up(account_client)
    cinema = Cinema(scratch_pool)
    show = await cinema.open_session()
    ledger = PostgresLedger(scratch_pool)
    verdict = await ledger.hold(holding(show, ana))
    assert verdict.reservation
    payment_id = await open_payment(scratch_pool, verdict.reservation.id)

    async def pay() -> bool:
        approved = await ledger.approve(
            payment_id, ana.id, IdempotencyKey(APPROVE_PAYMENT, "k", b"1")
        )
        return approved.confirmed is not None

    async def erased() -> bool:
        login = await PostgresProfiles(scratch_pool).login_of(ana.id)
        assert login
        try:
            return await PostgresProfiles(scratch_pool).erase(
                ana.id, login.password_hash, give_up_tickets=False
            )
        except AccountInUseError:
            return False

    calls = [pay(), erased()] if first == "payment" else [erased(), pay()]
    answers = await asyncio.gather(*calls)

    paid, is_erased = answers if first == "payment" else reversed(answers)
    assert (paid, is_erased) == (True, False)  # a held seat is a reason, too


async def test_a_code_that_crosses_the_erasure_is_not_stored(
    account_client: SchemaClient, scratch_pool: Pool
) -> None:
    """Its row has the address."""
    ana = await signed_up(account_client)
    notices, purpose = AccountFacts(scratch_pool), TokenPurpose.VERIFY_EMAIL
    async with scratch_pool.acquire() as db:
        erasure = db.transaction()
        await erasure.start()
        await db.execute("SELECT FROM accounts FOR NO KEY UPDATE")
        await db.execute("DELETE FROM account_tokens")
        await db.execute("UPDATE accounts SET erased_at = clock_timestamp()")
        making = asyncio.ensure_future(
            notices.new_token(uuid4(), ana.id, purpose, "ana@cinema.example")
        )
        await until_blocked(scratch_pool, 1)
        await erasure.commit()

    assert await making is None
    assert await scratch_pool.fetchval("SELECT count(*) FROM account_tokens") == 0

"""The proxy of the campaign injects exactly the faults that it is asked for."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest

from domain.ports import Hold
from persistence.postgres.pool import Pool, open_pool
from persistence.sales import statement_groups
from persistence.sales.ledger import PostgresLedger
from tests.cluster.proxy import Link, Trap
from tests.support.cinema import Cinema, Show
from tests.support.embedded import EmbeddedStack

BROKEN = (asyncpg.PostgresConnectionError, asyncpg.InterfaceError, OSError)


@pytest.fixture
async def link(stack: EmbeddedStack) -> AsyncIterator[Link]:
    link = Link("api-1", stack.postgres.port, postgres=True)
    await link.open()
    yield link
    await link.close()


@pytest.fixture
async def proxied(link: Link, database_url: str) -> AsyncIterator[Pool]:
    pool = await open_pool(through(link, database_url), max_size=2, name="tests")
    yield pool
    pool.terminate()


def through(link: Link, database_url: str) -> str:
    head, _, rest = database_url.rpartition(":")
    return f"{head}:{link.port}/{rest.partition('/')[2]}"


def one_seat(show: Show, customer: UUID, number: int = 0) -> Hold:
    return Hold(
        reservation_id=uuid4(),
        customer_id=customer,
        wanted=show.wanting(number),
        period=timedelta(seconds=30),
    )


async def test_a_hold_whose_answer_is_lost_has_happened(
    link: Link, proxied: Pool, cinema: Cinema, show: Show, ana: UUID
) -> None:
    trap = Trap(label="hold", moment="answered")
    link.set_trap(trap)

    hold = one_seat(show, ana)
    with pytest.raises(BROKEN):
        await PostgresLedger(proxied).hold(hold)

    assert trap.triggered == 1
    assert await cinema.count("reservations", "id = $1", hold.reservation_id) == 1


async def test_a_hold_that_never_arrives_changes_nothing(
    link: Link, proxied: Pool, cinema: Cinema, show: Show, ana: UUID
) -> None:
    link.set_trap(Trap(label="hold", moment="asked"))

    lost, next_one = one_seat(show, ana), one_seat(show, ana)
    with pytest.raises(BROKEN):
        await PostgresLedger(proxied).hold(lost)
    verdict = await PostgresLedger(proxied).hold(next_one)

    assert await cinema.count("reservations", "id = $1", lost.reservation_id) == 0
    assert verdict.reservation and verdict.reservation.id == next_one.reservation_id


@pytest.mark.parametrize(("moment", "there"), [("asked", 0), ("answered", 3)])
async def test_the_outcome_is_unknown_to_all_members_of_a_group(
    link: Link,
    proxied: Pool,
    cinema: Cinema,
    show: Show,
    *,
    moment: str,
    there: int,
) -> None:
    """They are together: all of them are held, or none, and none is sent again."""
    trap = Trap(label="hold", moment="asked" if moment == "asked" else "answered")
    link.set_trap(trap)
    ledger = PostgresLedger(proxied)
    customers = await cinema.customers(3)
    holds = [one_seat(show, who, number) for number, who in enumerate(customers)]

    calls = (ledger.hold(hold) for hold in holds)
    answers = await asyncio.gather(*calls, return_exceptions=True)

    assert all(isinstance(answer, BROKEN) for answer in answers)
    assert trap.triggered == 1
    ids = [hold.reservation_id for hold in holds]
    assert await cinema.count("reservations", "id = ANY($1)", ids) == there


async def test_holds_that_wait_behind_a_silent_server_fail_with_it(
    link: Link,
    database_url: str,
    show: Show,
    ana: UUID,
    *,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(statement_groups, "GROUP_LIMIT", 1)  # so that some wait
    pool = await open_pool(
        through(link, database_url), max_size=4, name="tests", patience=0.3
    )
    ledger = PostgresLedger(pool)
    await ledger.hold(one_seat(show, ana, 9))
    link.black_hole()

    holds = [one_seat(show, ana, number) for number in range(8)]
    calls = (ledger.hold(hold) for hold in holds)
    answers = await asyncio.gather(*calls, return_exceptions=True)

    assert set(map(type, answers)) == {TimeoutError}
    pool.terminate()
    link.heal()


async def test_a_delay_slows_answers_and_a_healed_black_hole_sends_them(
    link: Link, proxied: Pool
) -> None:
    link.delay(0.2)
    began = time.monotonic()
    assert await proxied.fetchval("SELECT 1") == 1
    assert time.monotonic() - began >= 0.2

    link.black_hole()
    asked = asyncio.create_task(proxied.fetchval("SELECT 2"))
    done, _ = await asyncio.wait([asked], timeout=0.5)
    assert not done
    link.heal()
    assert await asked == 2


async def test_new_connections_work_after_a_cut_is_healed(
    link: Link, proxied: Pool
) -> None:
    link.cut()
    with pytest.raises(BROKEN):
        await proxied.fetchval("SELECT 1")

    link.heal()

    assert await proxied.fetchval("SELECT 1") == 1

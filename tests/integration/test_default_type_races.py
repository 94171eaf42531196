"""Default types that are changed at once, or while a session is given prices."""

import asyncio
from datetime import timedelta

import asyncpg
import pytest

from domain.catalog import CatalogService
from domain.errors import InvalidInputError
from domain.money import Money
from domain.price_cards import NewPrice
from domain.ticket_prices import TicketTypeFacts
from persistence.catalog import price_sql, session_price_sql
from persistence.catalog.catalog import PostgresCatalog
from persistence.catalog.prices import PostgresPrices
from persistence.postgres.pool import Pool
from tests.support.cinema import Cinema
from tests.support.gate import STOP, Gate
from tests.support.null_services import NothingCached, NoWakeup
from tests.support.polling import blocked, eventually, until_blocked
from tests.support.prices import DEFAULT_TYPE, open_priced_session

DEFAULT_ZONE = """
SELECT zone.id FROM sessions s JOIN rooms room ON room.id = s.room_id
JOIN price_zones zone ON zone.cinema_id = room.cinema_id AND zone.is_default
WHERE s.id = $1
"""
BEGUN = """
UPDATE sessions SET starts_at = clock_timestamp() - interval '3 hours',
    ends_at = clock_timestamp() + $2::interval
WHERE id = $1
"""
SOLD, OVER = timedelta(hours=1), timedelta(hours=-1)


@pytest.fixture
async def pool(scratch_pool: Pool) -> Pool:
    """The default type of the whole network changes here."""
    return scratch_pool


@pytest.mark.parametrize("locked", [True, False])
async def test_calls_at_once_leave_one_default(
    pool: Pool, monkeypatch: pytest.MonkeyPatch, locked: bool
) -> None:
    """Without the lock Postgres refuses some of them: that is what the lock is for.

    All of them wait for the default type until each has read the types.
    """
    prices = PostgresPrices(pool)
    async with pool.acquire() as other, other.transaction():
        if not locked:
            monkeypatch.setattr(price_sql, "LOCK_TICKET_TYPES", "SELECT 1")
            await other.execute("SELECT FROM ticket_types WHERE is_default FOR UPDATE")
        facts = (
            TicketTypeFacts(name=name, is_default=True)
            for name in ("One", "Two", "Three", "Three")
        )
        calls = asyncio.gather(
            *(prices.save_ticket_type(None, each) for each in facts),
            return_exceptions=True,
        )
        if not locked:
            await until_blocked(pool, 4)

    saved = await calls

    defaults = await pool.fetchval("SELECT count(*) FROM ticket_types WHERE is_default")
    assert defaults == 1
    refused = [each for each in saved if isinstance(each, BaseException)]
    if locked:
        [twice] = refused
        assert isinstance(twice, InvalidInputError)
    else:
        assert any(isinstance(each, asyncpg.UniqueViolationError) for each in refused)


async def test_the_default_type_stays_if_a_session_gets_prices_meanwhile(
    pool: Pool, cinema: Cinema
) -> None:
    show = await open_priced_session(cinema)
    await pool.execute(BEGUN, show.session_id, OVER)
    other = TicketTypeFacts(name="Two", is_default=True)

    async with pool.acquire() as db, db.transaction():
        await db.execute(session_price_sql.LOCK_DEFAULT_TYPE)
        saving = asyncio.create_task(PostgresPrices(pool).save_ticket_type(None, other))
        await until_blocked(pool, 1)
        await db.execute(BEGUN, show.session_id, SOLD)

    with pytest.raises(InvalidInputError):
        await saving
    assert await pool.fetchval(DEFAULT_TYPE) == show.adult


async def test_the_default_type_stays_for_prices_that_waited_for_another_change(
    pool: Pool, cinema: Cinema, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the wait the default type is not that of the snapshot before it."""
    show = await cinema.open_session()
    zone = await pool.fetchval(DEFAULT_ZONE, show.session_id)
    saved = session_price_sql.SAVE_PRICES.rstrip() + f" RETURNING {STOP}"
    monkeypatch.setattr(session_price_sql, "SAVE_PRICES", saved)
    catalog = CatalogService(PostgresCatalog(pool), NothingCached(), NoWakeup())
    facts = TicketTypeFacts(name="Three", is_default=True)

    async with Gate(pool) as gate:
        async with pool.acquire() as db, db.transaction():
            await db.execute(price_sql.LOCK_TICKET_TYPES)
            await db.execute(price_sql.NO_DEFAULT)
            two = await db.fetchrow(
                price_sql.ADD_TICKET_TYPE, "Two", True, False, None, None
            )
            assert two
            price = NewPrice(
                zone_id=zone, ticket_type_id=two["id"], price=Money(3000, "BRL")
            )
            pricing = asyncio.create_task(
                catalog.update_session(show.session_id, {"prices": (price,)})
            )
            await until_blocked(pool, 1)
        await until_blocked(pool, 1)  # at the gate
        saving = asyncio.create_task(PostgresPrices(pool).save_ticket_type(None, facts))

        async def waits_or_has_ended() -> bool:
            return saving.done() or await blocked(pool) == 2

        await eventually(waits_or_has_ended)
        await gate.open()
        await pricing

    with pytest.raises(InvalidInputError):
        await saving
    assert await pool.fetchval(DEFAULT_TYPE) == two["id"]

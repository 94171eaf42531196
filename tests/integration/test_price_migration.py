"""Migration 0015: claims become tickets, with sales in the database."""

import asyncio
from uuid import UUID

import asyncpg
import pytest
from alembic.script import ScriptDirectory

from domain.cinemas import FirstCinema
from persistence import migrate
from persistence.postgres.connection import connect
from persistence.postgres.pool import Pool
from tests.support.older_database import OlderDatabase
from tests.support.polling import eventually
from tests.support.prices import ADD_PRICE, ADD_QUOTA, ADD_TYPE, DEFAULT_TYPE

BEFORE, PRICES = "0014", "0015"
TICKETS = """
SELECT id, ticket_type_id, price_minor FROM claims ORDER BY price_minor
"""
# As a program of the version before writes it.
ANOTHER_CLAIM = """
WITH seat AS (
    INSERT INTO seats (room_id, row_label, number) VALUES ($1, 'A', 2) RETURNING id
), session_seat AS (
    INSERT INTO session_seats (session_id, seat_id, status, reservation_id, version)
    SELECT r.session_id, seat.id, 'SOLD', r.id, 3 FROM seat, reservations r
    RETURNING id, reservation_id
)
INSERT INTO claims (reservation_id, session_seat_id, price_minor)
SELECT reservation_id, id, 9900 FROM session_seat
"""
ADD_CARD = """
WITH card AS (
    INSERT INTO price_cards (cinema_id, name)
    SELECT cinema_id, 'Week' FROM price_zones WHERE id = $1 RETURNING id
)
INSERT INTO card_prices (card_id, zone_id, ticket_type_id, amount_minor)
SELECT id, $1, $2, 1500 FROM card
"""
# Of the one seat, each cancelled: more than one batch of the migration.
CANCELLED_CLAIMS = """
WITH reservation AS (
    INSERT INTO reservations (session_id, customer_id, status, amount_minor, currency,
                              created_at, expires_at)
    SELECT session_id, customer_id, 'CANCELLED', 2500, 'BRL', created_at, expires_at
    FROM reservations, generate_series(1, 6000) RETURNING id
)
INSERT INTO claims (reservation_id, session_seat_id, price_minor, released_at)
SELECT reservation.id, ss.id, 2500, now() FROM reservation, session_seats ss
"""
LOCK_SALE = "SELECT FROM claims WHERE released_at IS NULL FOR UPDATE"
WITHOUT_ID = "SELECT count(*) FROM claims WHERE id IS NULL"
# Each batch is a transaction of its own.
BATCHES = "SELECT count(DISTINCT xmin::text) FROM claims WHERE id IS NOT NULL"
# Of the tables that 0015 makes.
MADE = """
SELECT count(to_regclass(name)) FROM unnest(
    '{price_cards, card_prices, session_prices, ticket_quotas}'::text[]) AS name
"""


@pytest.fixture
async def older(scratch_database_url: str, scratch_pool: Pool) -> OlderDatabase:
    older = OlderDatabase(scratch_database_url, scratch_pool, BEFORE)
    await older.fill()
    return older


async def tickets(older: OlderDatabase) -> list[asyncpg.Record]:
    return await older.pool.fetch(TICKETS)


async def sell_by_type(older: OlderDatabase) -> UUID:
    """The sale, and prices of its session. Returns the type of its ticket."""
    pool = older.pool
    student: UUID = await pool.fetchval(ADD_TYPE, "Student")
    session_id = await pool.fetchval("SELECT session_id FROM reservations")
    zone = await pool.fetchval("SELECT zone_id FROM session_seats")
    await pool.execute(ADD_CARD, zone, student)
    await pool.execute(ADD_PRICE, session_id, zone, student, 1500)
    await pool.execute(ADD_QUOTA, session_id, student, 1)
    await pool.execute("UPDATE session_seats SET price_minor = 2500")
    await pool.execute("UPDATE claims SET ticket_type_id = $1", student)
    return student


async def test_claims_become_tickets_of_the_default_type(older: OlderDatabase) -> None:
    sold = await older.sold()

    await older.upgrade(FirstCinema())

    [ticket] = await tickets(older)
    assert ticket["id"] is not None
    assert ticket["ticket_type_id"] == await older.pool.fetchval(DEFAULT_TYPE)
    assert ticket["price_minor"] == 2500
    assert await older.sold() == sold != []


async def test_a_claim_that_somebody_has_locked_delays_no_other(
    older: OlderDatabase,
) -> None:
    await older.upgrade(FirstCinema())
    scripts = ScriptDirectory.from_config(migrate._config(older.url))
    fill = scripts.get_revision(PRICES).module.TICKETS
    pool = older.pool
    await pool.execute(CANCELLED_CLAIMS)
    await pool.execute("ALTER TABLE claims ALTER id DROP NOT NULL")
    await pool.execute("UPDATE claims SET id = NULL, ticket_type_id = NULL")

    async def one_is_left() -> bool:
        return bool(await pool.fetchval(WITHOUT_ID) == 1)

    # Without the pool's limit of time, like a migration.
    db = await connect(older.url)
    async with (
        pool.acquire() as other,
        asyncio.TaskGroup() as tasks,
        other.transaction(),
    ):
        await other.execute(LOCK_SALE)
        filling = tasks.create_task(db.execute(fill))
        await eventually(one_is_left)
        batches = await pool.fetchval(BATCHES)
        assert not filling.done()
    await db.close()

    assert batches > 1
    assert await pool.fetchval(WITHOUT_ID) == 0


async def test_programs_of_the_version_before_sell_seats(older: OlderDatabase) -> None:
    """Their tickets have no type, which stands for the default one."""
    await older.upgrade(FirstCinema())

    await older.pool.execute(ANOTHER_CLAIM, older.room)

    first, second = await tickets(older)
    assert second["id"] not in {None, first["id"]}
    assert (second["ticket_type_id"], second["price_minor"]) == (None, 9900)


async def test_it_goes_back_with_its_sales_and_up_again(older: OlderDatabase) -> None:
    await older.upgrade(FirstCinema())
    student = await sell_by_type(older)
    sold = await older.sold()

    await older.downgrade()
    went_back, made = await older.sold(), await older.pool.fetchval(MADE)
    await older.upgrade(FirstCinema())

    assert went_back == await older.sold() == sold != []
    assert (made, await older.pool.fetchval(MADE)) == (0, 4)
    [ticket] = await tickets(older)
    assert ticket["ticket_type_id"] == await older.pool.fetchval(DEFAULT_TYPE)
    assert ticket["ticket_type_id"] != student


async def test_an_interrupted_migration_runs_again(older: OlderDatabase) -> None:
    """The tickets of the first run keep their ids."""
    await asyncio.to_thread(migrate.upgrade, older.url, PRICES)
    first = await tickets(older)
    await older.pool.execute("UPDATE alembic_version SET version_num = $1", BEFORE)

    await asyncio.to_thread(migrate.upgrade, older.url, PRICES)

    assert await tickets(older) == first != []

"""Programs of the last release go on selling on the tables of each version since."""

import asyncio
from uuid import UUID

import asyncpg
import pytest
from alembic.script import ScriptDirectory

from persistence import migrate
from persistence.postgres.pool import Pool
from tests.support.cinema import Cinema, Show, expire_hold
from tests.support.released_program import LAST_MIGRATION, ReleasedProgram

# What programs of 0.1.0 know of a session's sales, in the order of its seats.
SALES = """
SELECT ss.id, ss.status, ss.version, ss.reservation_id, s.price_minor, s.currency,
       r.customer_id, r.status, r.amount_minor, r.currency, r.created_at, r.expires_at,
       claims.released_at, p.status, p.amount_minor, p.currency, p.approved_at
FROM session_seats ss JOIN sessions s ON s.id = ss.session_id
LEFT JOIN claims ON claims.session_seat_id = ss.id
LEFT JOIN reservations r ON r.id = claims.reservation_id
LEFT JOIN payments p ON p.reservation_id = r.id
WHERE s.id = $1 ORDER BY ss.id, r.created_at
"""


@pytest.fixture
def cinema(scratch_pool: Pool) -> Cinema:
    return Cinema(scratch_pool)


@pytest.fixture
def released(scratch_pool: Pool) -> ReleasedProgram:
    return ReleasedProgram(scratch_pool)


async def sell(released: ReleasedProgram, customer: UUID, days: int) -> Show:
    """Seats that are sold, given back, expired, held and free."""
    show = await released.open_session(days)
    await released.reprice(show, 3000)
    await released.approve(await released.hold(show, customer, 0, 1), customer)
    await released.cancel(await released.hold(show, customer, 2, 3), customer)
    overdue = await released.hold(show, customer, 3, 4)
    await released.open_payment(overdue)
    await expire_hold(released.pool, overdue)
    await released.expire(overdue)
    await released.open_payment(overdue)
    await released.hold(show, customer, 4, 11)
    states = await Cinema(released.pool).seat_states(show)
    assert [status for status, _ in states] == [
        *["SOLD"] * 2,
        *["AVAILABLE"] * 2,
        "HELD",
        *["AVAILABLE"] * 6,
        "HELD",
    ]
    return show


async def sales(pool: Pool, shows: list[Show]) -> list[list[asyncpg.Record]]:
    return [await pool.fetch(SALES, show.session_id) for show in shows]


async def test_the_last_release_sells_on_each_version_up_and_down(
    scratch_database_url: str, cinema: Cinema, released: ReleasedProgram
) -> None:
    script = ScriptDirectory.from_config(migrate._config(scratch_database_url))
    newer = script.iterate_revisions("heads", LAST_MIGRATION)
    up = [each.revision for each in newer][::-1]
    down = [*up[-2::-1], LAST_MIGRATION]
    await asyncio.to_thread(migrate.downgrade, scratch_database_url, LAST_MIGRATION)
    [ana] = await cinema.customers(1)
    shows = [await sell(released, ana, 1)]

    for number, revision in enumerate((*up, *down, migrate.NEWEST)):
        is_down = len(up) <= number < len(up) + len(down)
        move = migrate.downgrade if is_down else migrate.upgrade
        before = await sales(cinema.pool, shows)
        await asyncio.to_thread(move, scratch_database_url, revision)
        assert await sales(cinema.pool, shows) == before, revision
        shows.append(await sell(released, ana, 1 + len(shows)))

"""A map that is kept and completed is the map as all of its rows say it."""

import asyncio
import random
from contextlib import aclosing
from typing import Any
from uuid import UUID

import pytest

from domain.booking import BookingService
from domain.errors import SeatsUnavailableError
from domain.seats import SeatMap, SeatStatus
from persistence.postgres.pool import Pool
from persistence.queries import kept_maps
from persistence.queries.seat_maps import SeatMaps
from realtime.hub import Hub
from realtime.seat_feed import SeatFeed
from realtime.topics import RESYNC, seat_channel
from tests.support.cinema import Cinema, Show, expire_hold
from tests.support.embedded import EmbeddedStack
from tests.support.polling import soon

SEATS = 20
STEPS = 60
LENGTHEN = """
UPDATE session_seats
SET held_until = held_until + interval '1 hour',
    changed_in = pg_current_xact_id()::text::bigint
WHERE reservation_id = $1
"""


class RecordedMaps:
    """Seat maps, and how many rows each read of one got."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self.maps = SeatMaps(self)
        self.rows: list[int] = []
        self.server: object = None  # instead of the true one

    async def fetch(self, statement: str, *args: object) -> list[Any]:
        rows = await self._pool.fetch(statement, *args)
        self.rows.append(len(rows))
        if self.server is None:
            return rows
        return [{**row, "server": self.server} for row in rows]

    async def read(self, show: Show) -> SeatMap:
        return (await self.maps.whole([show.session_id]))[show.session_id]

    async def until_nothing_is_new(self, show: Show) -> SeatMap:
        """Until no transaction of other tests' servers holds the position back."""
        for _ in range(100):
            seat_map = await self.read(show)
            if self.rows[-1] == 1:
                return seat_map
            await asyncio.sleep(0.05)
        pytest.fail("some transaction never ends")


@pytest.fixture
def recorded(pool: Pool) -> RecordedMaps:
    return RecordedMaps(pool)


async def test_the_second_time_only_what_changed_is_read(
    recorded: RecordedMaps,
    cinema: Cinema,
    booking: BookingService,
    ana: UUID,
) -> None:
    show = await cinema.open_session(seats=SEATS)
    before = await recorded.until_nothing_is_new(show)
    await booking.reserve_seats(show.session_id, show.seat_ids[:2], ana)

    after = await recorded.read(show)

    assert recorded.rows[-1] < SEATS
    assert after.count(SeatStatus.HELD) == 2  # a customer sees her own hold
    assert after.position >= before.position
    others = [
        (was, now)
        for was, now in zip(before.seats, after.seats, strict=True)
        if now.id not in show.seat_ids[:2]
    ]
    assert all(was is now for was, now in others)


async def test_seats_that_stay_the_same_are_the_same_tuple(
    recorded: RecordedMaps, show: Show
) -> None:
    before = await recorded.until_nothing_is_new(show)

    after = await recorded.read(show)

    assert after.seats is before.seats


async def test_through_a_random_sale(
    recorded: RecordedMaps,
    pool: Pool,
    cinema: Cinema,
    booking: BookingService,
    ana: UUID,
) -> None:
    dice = random.Random(12)
    shows = [await cinema.open_session(seats=SEATS) for _ in range(3)]
    for _ in range(STEPS):
        show = dice.choice(shows)
        async with pool.acquire() as db, db.transaction():
            # Holds back the position: what commits meanwhile is read again later.
            if dice.random() < 0.5:
                await db.execute("SELECT pg_current_xact_id()")
            await sell(dice, pool, booking, show, ana)
            asked = [each.session_id for each in dice.sample(shows, 2)]
            now = await recorded.maps.whole(asked)
            fresh = await SeatMaps(pool).whole(asked)

        assert {key: each.seats for key, each in now.items()} == {
            key: each.seats for key, each in fresh.items()
        }


async def sell(
    dice: random.Random, pool: Pool, booking: BookingService, show: Show, customer: UUID
) -> None:
    wanted = dice.sample(show.seat_ids, dice.randint(1, 4))
    try:
        held = await booking.reserve_seats(show.session_id, wanted, customer)
    except SeatsUnavailableError:
        return
    match dice.randint(0, 2):
        case 0:
            await booking.cancel_reservation(held.id, customer)
        case 1:  # nobody has swept it yet
            await expire_hold(pool, held.id)
        case 2:  # must not end between two reads that are compared
            await pool.execute(LENGTHEN, held.id)


async def test_a_hold_that_ends_by_the_clock_is_free(
    recorded: RecordedMaps,
    pool: Pool,
    cinema: Cinema,
    booking: BookingService,
    ana: UUID,
) -> None:
    show = await cinema.open_session(seats=SEATS)
    held = await booking.reserve_seats(show.session_id, show.seat_ids[:1], ana)
    await recorded.until_nothing_is_new(show)
    await expire_hold(pool, held.id)  # without a new version

    free = await recorded.read(show)
    again = await recorded.read(show)

    assert free.count(SeatStatus.AVAILABLE) == SEATS
    assert recorded.rows[-1] < SEATS
    assert again.seats is free.seats


async def test_another_server_may_have_another_history(
    recorded: RecordedMaps, pool: Pool, cinema: Cinema
) -> None:
    """A standby that was promoted has lost what the last primary still wrote."""
    show = await cinema.open_session(seats=SEATS)
    await recorded.until_nothing_is_new(show)
    await rewrite(pool, show)
    same = await recorded.read(show)

    recorded.server = "another"
    other = await recorded.read(show)

    assert {seat.version for seat in same.seats} == {1}
    assert {seat.version for seat in other.seats} == {7}


async def test_all_rows_are_read_after_a_gap_in_the_channel(
    recorded: RecordedMaps, pool: Pool, cinema: Cinema, stack: EmbeddedStack
) -> None:
    show = await cinema.open_session(seats=SEATS)
    async with Hub(stack.redis_url) as hub:
        feed = SeatFeed(hub, recorded.maps)  # type: ignore[arg-type] # it is a Hub
        async with aclosing(feed.watch(show.session_id)) as updates:
            await anext(updates)
            await rewrite(pool, show)
            await hub.publish(seat_channel(show.session_id), RESYNC)
            update = await soon(anext(updates))

    assert {seat.version for seat in update.seats} == {7}


async def test_all_rows_are_read_after_a_minute(
    recorded: RecordedMaps,
    pool: Pool,
    cinema: Cinema,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    show = await cinema.open_session(seats=SEATS)
    await recorded.until_nothing_is_new(show)
    await rewrite(pool, show)
    monkeypatch.setattr(kept_maps, "KEPT_SECONDS", 0.0)

    after = await recorded.read(show)

    assert {seat.version for seat in after.seats} == {7}


async def test_not_more_is_kept_than_allowed(
    recorded: RecordedMaps, cinema: Cinema
) -> None:
    kept = recorded.maps._kept = kept_maps.KeptMaps(max_seats=2 * SEATS + 2)
    shows = [await cinema.open_session(seats=size) for size in (SEATS, SEATS, 0)]

    for show in (*shows[:2], *shows[:2]):
        assert len((await recorded.read(show)).seats) == SEATS
    assert len(kept._maps) == 2

    await recorded.read(shows[2])  # a map without seats counts too
    assert len(kept._maps) == 1
    assert kept.get(shows[2].session_id)


async def rewrite(pool: Pool, show: Show) -> None:
    """As nothing of ours does it: no transaction is noted."""
    await pool.execute(
        "UPDATE session_seats SET version = 7 WHERE session_id = $1", show.session_id
    )

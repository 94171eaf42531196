"""Whole seat maps, and what changed of them, read from real Postgres."""

import asyncio
from uuid import uuid4

import pytest

from domain.booking import BookingService
from domain.seats import Position, SeatMap, SeatMapDelta, SeatStatus
from persistence.postgres.pool import Pool
from persistence.queries import Queries
from tests.support.cinema import Cinema, Show, expire_hold


class TestSeatMaps:
    async def test_all_of_it_row_by_row(
        self, queries: Queries, cinema: Cinema, pool: Pool, booking: BookingService
    ) -> None:
        show = await cinema.open_session(seats=12)
        await relabel(pool, show)
        [ana] = await cinema.customers(1)
        made = await booking.reserve_seats(show.session_id, show.seat_ids[:2], ana)

        whole = await queries.seat_maps.read(show.session_id)

        assert isinstance(whole, SeatMap)
        places = [(seat.row, seat.number) for seat in whole.seats]
        assert places == [
            *(("B", number) for number in (2, 4, 6, 8, 10, 12)),
            *(("AA", number) for number in (1, 3, 5, 7, 9, 11)),
        ]
        taken = {seat.id: seat for seat in whole.seats if seat.id in show.seat_ids[:2]}
        assert {seat.status for seat in taken.values()} == {SeatStatus.HELD}
        assert {seat.held_until for seat in taken.values()} == {made.expires_at}
        assert {seat.version for seat in taken.values()} == {2}
        assert whole.count(SeatStatus.AVAILABLE) == 10
        assert await queries.seat_maps.read(uuid4()) is None
        assert await queries.seat_maps.read(uuid4(), whole.position) is None

    async def test_a_hold_that_is_over_is_free_swept_or_not(
        self, queries: Queries, cinema: Cinema, pool: Pool, booking: BookingService
    ) -> None:
        show = await cinema.open_session(seats=3)
        [ana] = await cinema.customers(1)
        made = await booking.reserve_seats(show.session_id, show.seat_ids[:1], ana)
        await expire_hold(pool, made.id)

        whole = await queries.seat_maps.read(show.session_id)

        assert isinstance(whole, SeatMap)
        assert whole.count(SeatStatus.AVAILABLE) == 3
        assert {seat.held_until for seat in whole.seats} == {None}
        assert await cinema.seat_states(show) == [
            ("HELD", 2),
            ("AVAILABLE", 1),
            ("AVAILABLE", 1),
        ]

    async def test_from_a_position_on_only_what_changed(
        self, queries: Queries, cinema: Cinema, booking: BookingService
    ) -> None:
        show = await cinema.open_session(seats=10)
        [ana] = await cinema.customers(1)
        await settled(queries, show)
        before = await queries.seat_maps.read(show.session_id)
        assert isinstance(before, SeatMap)
        made = await booking.reserve_seats(show.session_id, show.seat_ids[:2], ana)

        delta = await queries.seat_maps.read(show.session_id, before.position)
        await settled(queries, show)
        position = (await read_map(queries, show)).position
        nothing = await queries.seat_maps.read(show.session_id, position)

        assert isinstance(delta, SeatMapDelta)
        assert delta.seats == made.seats
        assert int(delta.position) >= int(before.position)
        assert isinstance(nothing, SeatMapDelta)
        assert nothing.seats == ()

    async def test_a_change_under_way_is_not_missed(
        self, queries: Queries, cinema: Cinema, pool: Pool
    ) -> None:
        show = await cinema.open_session(seats=10)
        await settled(queries, show)
        async with pool.acquire() as db:
            change = db.transaction()
            await change.start()
            await db.execute(
                "UPDATE session_seats SET version = version + 1,"
                " changed_in = pg_current_xact_id()::text::bigint WHERE id = $1",
                show.seat_ids[0],
            )
            await pool.execute("UPDATE rooms SET name = name")  # a later one commits
            position = (await read_map(queries, show)).position
            await change.commit()

        delta = await queries.seat_maps.read(show.session_id, position)

        assert isinstance(delta, SeatMapDelta)
        assert [(seat.id, seat.version) for seat in delta.seats] == [
            (show.seat_ids[0], 2)
        ]

    @pytest.mark.parametrize(
        "after",
        [
            "",
            "x",
            "-1",
            "+1",
            " 1",
            "1\n",
            "1_0",
            "1.5",
            "٣",
            "\x00",
            "9" * 19,
            "9" * 20,
            "9" * 5_000,
            str(2**63 - 1),
            "0",
        ],
    )
    async def test_from_any_other_position_all_of_it(
        self, queries: Queries, cinema: Cinema, after: str
    ) -> None:
        show = await cinema.open_session(seats=4)
        await settled(queries, show)

        answer = await queries.seat_maps.read(show.session_id, Position.parse(after))

        assert isinstance(answer, SeatMap)
        assert len(answer.seats) == 4

    async def test_when_half_of_it_changed_all_of_it(
        self, queries: Queries, cinema: Cinema, booking: BookingService
    ) -> None:
        show = await cinema.open_session(seats=4)
        [ana] = await cinema.customers(1)
        await settled(queries, show)
        position = (await read_map(queries, show)).position
        await booking.reserve_seats(show.session_id, show.seat_ids[:2], ana)

        answer = await queries.seat_maps.read(show.session_id, position)

        assert isinstance(answer, SeatMap)

    async def test_a_session_without_seats_has_an_empty_map(
        self, queries: Queries, cinema: Cinema
    ) -> None:
        show = await cinema.open_session(seats=0)

        empty = await read_map(queries, show)

        assert empty.seats == ()


async def read_map(queries: Queries, show: Show) -> SeatMap:
    whole = await queries.seat_maps.read(show.session_id)
    assert isinstance(whole, SeatMap)
    return whole


async def settled(queries: Queries, show: Show) -> None:
    """Until no transaction of other tests' servers holds the position back."""
    for _ in range(100):
        position = (await read_map(queries, show)).position
        answer = await queries.seat_maps.read(show.session_id, position)
        if isinstance(answer, SeatMapDelta) and not answer.seats:
            return
        await asyncio.sleep(0.05)
    pytest.fail("some transaction never ends")


async def relabel(pool: Pool, show: Show) -> None:
    """Odd numbers to row AA, even ones to row B."""
    await pool.execute(
        "UPDATE seats SET row_label = CASE number % 2 WHEN 0 THEN 'B' ELSE 'AA' END"
        " WHERE id IN (SELECT seat_id FROM session_seats WHERE session_id = $1)",
        show.session_id,
    )

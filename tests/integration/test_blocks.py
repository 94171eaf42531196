"""Seats that managers take off sale, against real Postgres."""

import asyncio
import random
from collections.abc import Sequence
from uuid import UUID, uuid4

import pytest

from domain.blocks import BlockService
from domain.booking import BookingService
from domain.errors import DomainError, NotFoundError, SeatsUnavailableError
from domain.money import Money
from domain.seats import Position, SeatMap, SeatMapDelta, SeatStatus
from domain.session_changes import SessionChange
from persistence.catalog import block_sql
from persistence.catalog.blocks import PostgresBlocks
from persistence.catalog.catalog import PostgresCatalog
from persistence.postgres.pool import Pool
from persistence.queries.seat_maps import SeatMaps
from tests.support.cinema import Cinema, Show, expire_hold
from tests.support.null_services import NoWakeup
from tests.support.prices import ADULT, DEARER, open_priced_session

BLOCKED, AVAILABLE, HELD = SeatStatus.BLOCKED, SeatStatus.AVAILABLE, SeatStatus.HELD
KEPT = "SELECT reason, blocked_by FROM seat_blocks WHERE session_seat_id = ANY($1)"
EVENTS = """
SELECT type, array_agg(seat->>'version') AS versions
FROM outbox, jsonb_array_elements(data->'seats') seat
WHERE session_id = $1 GROUP BY type, position ORDER BY position
"""


@pytest.fixture
def blocks(pool: Pool) -> BlockService:
    return BlockService(PostgresBlocks(pool), NoWakeup())


@pytest.fixture
async def rita(cinema: Cinema) -> UUID:
    """Who blocks seats."""
    return (await cinema.customers(1))[0]


async def test_blocked_seats_are_refused_and_come_back(
    blocks: BlockService,
    booking: BookingService,
    cinema: Cinema,
    show: Show,
    rita: UUID,
) -> None:
    chosen = show.seat_ids[:2]

    blocked = await blocks.block_seats(show.session_id, chosen, " broken ", rita)

    assert [(seat.status, seat.version) for seat in blocked] == [(BLOCKED, 2)] * 2
    kept = await cinema.pool.fetch(KEPT, list(chosen))
    assert [*map(tuple, kept)] == [("broken", rita)] * 2
    with pytest.raises(SeatsUnavailableError) as refused:
        await booking.reserve_seats(show.session_id, show.seat_ids[1:3], rita)
    assert [(seat.id, seat.status) for seat in refused.value.seats] == [
        (chosen[1], BLOCKED)
    ]
    freed = await blocks.unblock_seats(show.session_id, chosen)
    assert [(seat.status, seat.version) for seat in freed] == [(AVAILABLE, 3)] * 2
    assert await cinema.pool.fetch(KEPT, list(chosen)) == []
    await booking.reserve_seats(show.session_id, show.seat_ids[1:3], rita)
    assert [tuple(row) for row in await cinema.pool.fetch(EVENTS, show.session_id)] == [
        ("SeatsBlocked", ["2", "2"]),
        ("SeatsUnblocked", ["3", "3"]),
        ("ReservationCreated", ["4", "2"]),
    ]


async def test_they_have_the_price_of_their_zone(
    blocks: BlockService, cinema: Cinema, rita: UUID
) -> None:
    show = await open_priced_session(cinema)
    premium = show.seat_ids[-1:]

    [blocked] = await blocks.block_seats(show.session_id, premium, "broken", rita)
    [freed] = await blocks.unblock_seats(show.session_id, premium)

    assert blocked.price == freed.price == Money(ADULT + DEARER, "BRL")


async def test_a_repeat_changes_nothing(
    blocks: BlockService, cinema: Cinema, show: Show, rita: UUID
) -> None:
    chosen = show.seat_ids[:2]
    await blocks.block_seats(show.session_id, chosen[:1], "broken", rita)

    again = await blocks.block_seats(show.session_id, chosen, "press", rita)
    for _ in range(2):
        freed = await blocks.unblock_seats(show.session_id, chosen)

    assert {seat.version for seat in again} == {2}
    assert {seat.version for seat in freed} == {3}
    assert (
        await cinema.seat_states(show)
        == [("AVAILABLE", 3)] * 2 + [("AVAILABLE", 1)] * 8
    )


async def test_a_seat_of_a_customer_is_never_blocked(
    blocks: BlockService,
    booking: BookingService,
    cinema: Cinema,
    show: Show,
    rita: UUID,
) -> None:
    held = await booking.reserve_seats(show.session_id, show.seat_ids[:1], rita)
    before = await cinema.seat_states(show)

    with pytest.raises(SeatsUnavailableError) as refused:
        await blocks.block_seats(show.session_id, show.seat_ids[:3], "broken", rita)

    assert [(seat.id, seat.status) for seat in refused.value.seats] == [
        (show.seat_ids[0], HELD)
    ]
    assert await cinema.seat_states(show) == before
    await expire_hold(cinema.pool, held.id)
    after = await blocks.block_seats(show.session_id, show.seat_ids[:3], "broken", rita)
    assert [seat.version for seat in after] == [4, 2, 2]


async def test_a_seat_of_another_session_is_not_found(
    blocks: BlockService, cinema: Cinema, show: Show, rita: UUID
) -> None:
    other = await cinema.open_session()
    seats = [show.seat_ids[0], other.seat_ids[0]]
    for session_id, chosen in ((show.session_id, seats), (uuid4(), seats[:1])):
        with pytest.raises(NotFoundError):
            await blocks.block_seats(session_id, chosen, "broken", rita)
        with pytest.raises(NotFoundError):
            await blocks.unblock_seats(session_id, chosen)
    assert set(await cinema.seat_states(show)) == {("AVAILABLE", 1)}


async def test_maps_have_them(
    pool: Pool, blocks: BlockService, show: Show, rita: UUID
) -> None:
    maps = SeatMaps(pool)
    before = await maps.read(show.session_id)
    assert isinstance(before, SeatMap)
    await blocks.block_seats(show.session_id, show.seat_ids[:1], "broken", rita)

    whole = await maps.read(show.session_id)
    since = await maps.read(show.session_id, Position(before.position))

    assert isinstance(whole, SeatMap) and isinstance(since, SeatMapDelta)
    assert (whole.count(BLOCKED), whole.count(AVAILABLE)) == (1, 9)
    assert (show.seat_ids[0], BLOCKED) in [(s.id, s.status) for s in since.seats]


async def test_a_session_with_blocked_seats_can_be_changed_and_removed(
    pool: Pool, blocks: BlockService, show: Show, rita: UUID, cinema: Cinema
) -> None:
    await blocks.block_seats(show.session_id, show.seat_ids[:2], "broken", rita)
    catalog = PostgresCatalog(pool)

    await catalog.change_session(
        show.session_id, SessionChange(price=Money(3000, "BRL"))
    )
    states = await cinema.seat_states(show)
    await catalog.remove_session(show.session_id)

    assert states == [("BLOCKED", 3)] * 2 + [("AVAILABLE", 2)] * 8


async def _contest(pool: Pool, cinema: Cinema, booking: BookingService) -> list[str]:
    """Customers and managers want the same seats; what is not one seat, one owner."""
    show = await cinema.open_session(seats=12)
    people = await cinema.customers(16)
    blocks, dice = BlockService(PostgresBlocks(pool), NoWakeup()), random.Random(5)

    async def want(customer: UUID, seats: Sequence[UUID]) -> None:
        held = await booking.reserve_seats(show.session_id, seats, customer)
        await booking.cancel_reservation(held.id, customer)

    async def block(manager: UUID, seats: Sequence[UUID]) -> None:
        await blocks.block_seats(show.session_id, seats, "broken", manager)
        await blocks.unblock_seats(show.session_id, seats[:1])

    calls = [
        (block if number % 4 == 0 else want)(
            people[number % 16], dice.sample(show.seat_ids, dice.randint(1, 4))
        )
        for number in range(160)
    ]
    answers = await asyncio.gather(*calls, return_exceptions=True)
    wrong = [a for a in answers if a is not None and not isinstance(a, DomainError)]
    assert any(isinstance(a, SeatsUnavailableError) for a in answers)
    chains = await pool.fetch(
        "SELECT array_agg(seat->>'status' ORDER BY position) AS chain"
        " FROM outbox, jsonb_array_elements(data->'seats') seat"
        " WHERE session_id = $1 AND topic = 'reservations' GROUP BY seat->>'id'",
        show.session_id,
    )
    taken = [("HELD", "BLOCKED"), ("BLOCKED", "HELD")]
    steps = [
        step
        for row in chains
        for step in zip(row["chain"], row["chain"][1:], strict=False)
    ]
    assert ("BLOCKED", "AVAILABLE") in steps
    return [*map(repr, wrong), *map(str, (step for step in steps if step in taken))]


async def test_crossing_holds_and_blocks_give_each_seat_to_one(
    pool: Pool, cinema: Cinema, booking: BookingService
) -> None:
    assert await _contest(pool, cinema, booking) == []


async def test_without_the_guard_a_part_is_blocked(
    booking: BookingService,
    cinema: Cinema,
    show: Show,
    rita: UUID,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await booking.reserve_seats(show.session_id, show.seat_ids[:1], rita)
    blocks = BlockService(PostgresBlocks(cinema.pool), NoWakeup())
    blind = block_sql.BLOCK.replace(block_sql.NOBODY_HAS_THEM, "TRUE")
    monkeypatch.setattr(block_sql, "BLOCK", blind)

    with pytest.raises(SeatsUnavailableError):
        await blocks.block_seats(show.session_id, show.seat_ids[:2], "broken", rita)

    assert ("BLOCKED", 2) in await cinema.seat_states(show)

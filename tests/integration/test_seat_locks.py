"""Seat markers in Redis save work and must never refuse a free seat."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from redis.asyncio import Redis

from domain.booking import BookingService
from domain.errors import NotFoundError, SeatsUnavailableError
from domain.extensions import ExtensionService
from domain.reservation import Reservation
from persistence.key_value.client import open_redis
from persistence.key_value.local_leases import LocalLease
from persistence.key_value.script_batch import Script, ScriptBatch
from persistence.key_value.seat_locks import RedlockSeatLocks
from persistence.key_value.seat_markers import MARGIN
from persistence.key_value.seat_scripts import ACQUIRE, MARK_HELD
from persistence.postgres.pool import Pool
from persistence.sales.ledger import PostgresLedger
from runtime.turns import Turns
from tests.support.cinema import Cinema, Show
from tests.support.embedded import EmbeddedStack
from tests.support.null_services import NoWakeup


@pytest.fixture
async def show(pool: Pool) -> Show:
    return await Cinema(pool).open_session()


@pytest.fixture
async def ana(pool: Pool) -> UUID:
    [customer] = await Cinema(pool).customers(1)
    return customer


@pytest.fixture
def service(pool: Pool, seat_locks: RedlockSeatLocks) -> BookingService:
    return BookingService(PostgresLedger(pool), seat_locks, NoWakeup())


async def test_a_known_hold_is_refused_without_postgres(
    service: BookingService,
    seat_locks: RedlockSeatLocks,
    show: Show,
    ana: UUID,
    pool: Pool,
) -> None:
    held = await service.reserve_seats(show.session_id, show.seat_ids[:2], ana)
    blind = BookingService(
        None,  # type: ignore[arg-type]  # a call to Postgres would fail
        seat_locks,
        NoWakeup(),
    )

    with pytest.raises(SeatsUnavailableError) as refused:
        await blind.reserve_seats(show.session_id, show.seat_ids[1:2], ana)

    [seat] = refused.value.seats
    assert seat == next(s for s in held.seats if s.id == show.seat_ids[1])
    assert seat.held_until == held.expires_at
    assert (
        await Cinema(pool).seat_states(show)
        == [("HELD", 2)] * 2 + [("AVAILABLE", 1)] * 8
    )


async def test_the_marker_of_a_hold_ends_before_the_hold_does(
    service: BookingService, show: Show, ana: UUID, redis: Redis
) -> None:
    await service.reserve_seats(show.session_id, show.seat_ids[:1], ana)

    left = await redis.pttl(f"seat:{show.seat_ids[0]}")

    assert 0 < left <= 30_000 - MARGIN / timedelta(milliseconds=1)


async def test_a_cancelled_hold_leaves_no_marker(
    service: BookingService, show: Show, ana: UUID
) -> None:
    first = await service.reserve_seats(show.session_id, show.seat_ids[:2], ana)

    await service.cancel_reservation(first.id, ana)
    second = await service.reserve_seats(show.session_id, show.seat_ids[:2], ana)

    assert second.id != first.id
    assert [seat.version for seat in second.seats] == [4, 4]


async def test_markers_follow_an_extended_hold(
    pool: Pool, service: BookingService, seat_locks: RedlockSeatLocks, redis: Redis
) -> None:
    show = await Cinema(pool).open_session()
    [ana] = await Cinema(pool).customers(1)
    extensions = ExtensionService(PostgresLedger(pool), seat_locks, NoWakeup())
    held = await service.reserve_seats(show.session_id, show.seat_ids[:2], ana)
    lost, kept = (f"seat:{seat_id}" for seat_id in show.seat_ids[:2])
    await redis.delete(lost)

    extended = await extensions.extend_reservation(held.id, ana)

    assert not await redis.exists(lost)  # its hold might have ended since
    assert 30_000 < await redis.pttl(kept) < 60_000
    with pytest.raises(SeatsUnavailableError) as refused:
        await service.reserve_seats(show.session_id, show.seat_ids[1:2], ana)
    assert refused.value.seats == (
        next(seat for seat in extended.seats if seat.id == show.seat_ids[1]),
    )
    await service.cancel_reservation(held.id, ana)
    assert not await redis.exists(kept)


async def test_clearing_leaves_the_next_customers_marker_alone(
    service: BookingService, seat_locks: RedlockSeatLocks, show: Show, ana: UUID
) -> None:
    first = await service.reserve_seats(show.session_id, show.seat_ids[:1], ana)
    await service.cancel_reservation(first.id, ana)
    await service.reserve_seats(show.session_id, show.seat_ids[:1], ana)

    await seat_locks.clear(first)

    with pytest.raises(SeatsUnavailableError):
        async with seat_locks.guard(show.wanting(0)):
            pytest.fail("the marker of the second hold was cleared")


async def test_without_any_lock_node_postgres_decides_alone(
    pool: Pool, show: Show, ana: UUID, unused_port: int
) -> None:
    redis = open_redis(f"redis://127.0.0.1:{unused_port}")
    service = BookingService(
        PostgresLedger(pool), RedlockSeatLocks([ScriptBatch(redis)]), NoWakeup()
    )

    held = await service.reserve_seats(show.session_id, show.seat_ids[:1], ana)
    with pytest.raises(SeatsUnavailableError):
        await service.reserve_seats(show.session_id, show.seat_ids[:1], ana)

    assert [seat.id for seat in held.seats] == [show.seat_ids[0]]


async def test_scripts_are_loaded_again_into_an_empty_redis(
    service: BookingService, show: Show, ana: UUID, redis: Redis
) -> None:
    await redis.script_flush()

    await service.reserve_seats(show.session_id, show.seat_ids[:1], ana)

    assert await redis.exists(f"seat:{show.seat_ids[0]}") == 1


async def test_one_caller_of_a_crowd_in_one_process_asks_the_nodes(
    service: BookingService,
    show: Show,
    pool: Pool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[Script] = []
    run = ScriptBatch.run

    async def count(self: ScriptBatch, script: Script, *args: Any) -> Any:
        asked.append(script)
        return await run(self, script, *args)

    monkeypatch.setattr(ScriptBatch, "run", count)
    customers = await Cinema(pool).customers(50)

    answers = await asyncio.gather(
        *(
            service.reserve_seats(show.session_id, show.seat_ids[:1], customer)
            for customer in customers
        ),
        return_exceptions=True,
    )

    refused = [error for error in answers if isinstance(error, SeatsUnavailableError)]
    [held] = [answer for answer in answers if isinstance(answer, Reservation)]
    assert len(refused) == 49
    assert {error.seats for error in refused} == {held.seats}
    assert asked == [ACQUIRE, MARK_HELD]


@pytest.mark.parametrize("sold_for", [timedelta(hours=1), timedelta(0)])
async def test_who_comes_while_a_hold_is_marked_is_refused_at_once_during_sales(
    service: BookingService, show: Show, ana: UUID, sold_for: timedelta
) -> None:
    """Its marker is on the way to the nodes; once sales end it says nothing more."""
    wanted = show.wanting(0)
    lease = LocalLease(wanted, Turns())
    held = await service.reserve_seats(show.session_id, show.seat_ids[:1], ana)
    lease.mark_held(held, held.created_at, held.created_at + sold_for)
    answering = asyncio.create_task(lease.wait(wanted))
    await asyncio.sleep(0)
    assert answering.done() == bool(sold_for)
    lease.released.set()
    [answer] = await asyncio.gather(answering, return_exceptions=True)
    assert isinstance(answer, SeatsUnavailableError) == bool(sold_for)


async def test_a_caller_waits_for_another_process_and_is_refused_by_its_marker(
    pool: Pool, show: Show, ana: UUID, stack: EmbeddedStack
) -> None:
    async with (
        Redis.from_url(stack.redis_url) as here,
        Redis.from_url(stack.redis_url) as there,
    ):
        mine = RedlockSeatLocks([ScriptBatch(here)])
        theirs = RedlockSeatLocks([ScriptBatch(there)])
        service = BookingService(PostgresLedger(pool), theirs, NoWakeup())

        async def second_caller() -> None:
            async with mine.guard(show.wanting(1)) as lease:
                assert lease.locked
            async with mine.guard(show.wanting(0)):
                pytest.fail("the other process holds it by now")

        async with theirs.guard(show.wanting(2)):
            late = asyncio.create_task(second_caller())
            await service.reserve_seats(show.session_id, show.seat_ids[:1], ana)
            with pytest.raises(SeatsUnavailableError) as refused:
                await late

    assert [seat.id for seat in refused.value.seats] == [show.seat_ids[0]]


async def test_the_next_caller_goes_on_after_a_failed_one(
    seat_locks: RedlockSeatLocks, show: Show
) -> None:
    inside = asyncio.Event()

    async def fail() -> None:
        async with seat_locks.guard(show.wanting(0, 1)):
            inside.set()
            await asyncio.sleep(0.05)
            raise NotFoundError

    failing = asyncio.create_task(fail())
    await inside.wait()
    async with asyncio.timeout(5), seat_locks.guard(show.wanting(1)) as lease:
        assert lease.locked
        assert failing.done()
    with pytest.raises(NotFoundError):
        await failing

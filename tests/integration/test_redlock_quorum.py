"""Three independent lock nodes: a majority is a lock, a minority leaves no key."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from redis.asyncio import Redis

from domain.booking import BookingService
from domain.errors import SeatsUnavailableError
from persistence.key_value import seat_locks
from persistence.key_value.client import open_redis
from persistence.key_value.script_batch import ScriptBatch
from persistence.key_value.seat_locks import RedlockSeatLocks
from persistence.postgres.pool import Pool
from persistence.sales.ledger import PostgresLedger
from stack.embedded.data_folder import DataFolder
from stack.embedded.valkey import Valkey
from tests.support.cinema import Cinema, Show
from tests.support.null_services import NoWakeup

RIVAL = b"lock:somebody-else"


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[list[Valkey]]:
    servers = []
    with ExitStack() as ending:
        for number in range(3):
            folder = ending.enter_context(DataFolder(tmp_path / f"node-{number}"))
            server = Valkey(folder)
            ending.callback(server.port.close)
            ending.callback(server.kill)
            server.start()
            servers.append(server)
        for server in servers:
            server.wait_until_ready()
        yield servers


@pytest.fixture
async def nodes(servers: list[Valkey]) -> AsyncIterator[list[Redis]]:
    async with AsyncExitStack() as ending:
        yield [
            await ending.enter_async_context(open_redis(server.url))
            for server in servers
        ]


def redlock(nodes: Sequence[Redis]) -> RedlockSeatLocks:
    """A new instance, as in another process: it shares no local leases."""
    return RedlockSeatLocks([ScriptBatch(node) for node in nodes])


def booking(pool: Pool, nodes: Sequence[Redis]) -> BookingService:
    return BookingService(PostgresLedger(pool), redlock(nodes), NoWakeup())


def blind_booking(nodes: Sequence[Redis]) -> BookingService:
    """A call to Postgres would fail."""
    return BookingService(None, redlock(nodes), NoWakeup())  # type: ignore[arg-type]


async def values(nodes: Sequence[Redis], seat_id: UUID) -> list[Any]:
    return [await node.get(f"seat:{seat_id}") for node in nodes]


async def test_all_three_have_one_token_and_then_the_marker_of_the_hold(
    nodes: list[Redis], show: Show, ana: UUID, pool: Pool
) -> None:
    seat = show.seat_ids[0]

    async with redlock(nodes).guard(show.wanting(0)) as lease:
        locked, during = lease.locked, await values(nodes, seat)
    after = await values(nodes, seat)
    held = await booking(pool, nodes).reserve_seats(show.session_id, [seat], ana)
    markers = await values(nodes, seat)

    assert locked
    assert during[0] is not None and during[0].startswith(b"lock:")
    assert during == [during[0]] * 3
    assert after == [None] * 3
    assert markers[0] is not None and markers[0].startswith(str(held.id).encode())
    assert markers == [markers[0]] * 3


async def test_two_of_three_are_a_lock(
    servers: list[Valkey], nodes: list[Redis], show: Show, ana: UUID, pool: Pool
) -> None:
    seat = show.seat_ids[0]
    servers[1].kill()
    left = [nodes[0], nodes[2]]

    async with redlock(nodes).guard(show.wanting(0)) as lease:
        locked, during = lease.locked, await values(left, seat)
    after = await values(left, seat)
    await booking(pool, nodes).reserve_seats(show.session_id, [seat], ana)
    with pytest.raises(SeatsUnavailableError) as refused:
        await blind_booking(nodes).reserve_seats(show.session_id, [seat], ana)

    assert locked
    assert during[0] is not None and during == [during[0]] * 2
    assert after == [None] * 2
    assert [taken.id for taken in refused.value.seats] == [seat]


async def test_with_one_of_three_it_goes_on_unlocked_and_postgres_decides(
    servers: list[Valkey],
    nodes: list[Redis],
    show: Show,
    cinema: Cinema,
    pool: Pool,
) -> None:
    seat = show.seat_ids[0]
    ana, bia = await cinema.customers(2)
    servers[0].kill()
    servers[2].kill()

    async with redlock(nodes).guard(show.wanting(0)) as lease:
        locked, during = lease.locked, await values([nodes[1]], seat)
    held = await booking(pool, nodes).reserve_seats(show.session_id, [seat], ana)
    with pytest.raises(SeatsUnavailableError) as refused:
        await booking(pool, nodes).reserve_seats(show.session_id, [seat], bia)

    assert locked is False
    assert during == [None]
    assert refused.value.seats == held.seats
    assert await cinema.seat_states(show) == [("HELD", 2)] + [("AVAILABLE", 1)] * 9
    assert await values([nodes[1]], seat) == [None]


async def test_a_marker_on_one_node_refuses_when_the_others_are_no_majority(
    servers: list[Valkey], nodes: list[Redis], show: Show, ana: UUID, pool: Pool
) -> None:
    seat = show.seat_ids[0]
    only = booking(pool, nodes[:1])
    held = await only.reserve_seats(show.session_id, [seat], ana)
    servers[2].kill()

    with pytest.raises(SeatsUnavailableError) as refused:
        await blind_booking(nodes).reserve_seats(show.session_id, [seat], ana)

    assert refused.value.seats == held.seats
    assert await values([nodes[1]], seat) == [None]


async def test_a_marker_on_one_node_does_not_count_when_the_others_are_a_majority(
    nodes: list[Redis], show: Show, cinema: Cinema, pool: Pool
) -> None:
    seat = show.seat_ids[0]
    ana, bia = await cinema.customers(2)
    only = booking(pool, nodes[:1])
    held = await only.reserve_seats(show.session_id, [seat], ana)

    with pytest.raises(SeatsUnavailableError) as refused:
        await booking(pool, nodes).reserve_seats(show.session_id, [seat], bia)
    left_behind = await values(nodes[1:], seat)
    # The first node misses that the seat is free again: its marker is outdated.
    await booking(pool, nodes[1:]).cancel_reservation(held.id, ana)
    hers = await booking(pool, nodes).reserve_seats(show.session_id, [seat], bia)

    assert refused.value.seats == held.seats
    assert left_behind == [None] * 2
    assert [taken.id for taken in hers.seats] == [seat]


async def test_a_contended_attempt_leaves_no_minority_lock_behind(
    nodes: list[Redis], show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = show.seat_ids[:2]
    monkeypatch.setattr(seat_locks, "PATIENCE_SECONDS", 0.1)
    for node in nodes[:2]:
        await node.set(f"seat:{wanted[0]}", RIVAL)

    async with redlock(nodes).guard(show.wanting(0, 1)) as lease:
        locked = lease.locked
        during = [await values(nodes, seat) for seat in wanted]

    assert locked is False
    assert during == [[RIVAL, RIVAL, None], [None, None, None]]
    assert [await values(nodes, seat) for seat in wanted] == during

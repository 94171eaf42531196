"""The same call in the same state gets the same answer, however it is known.

Three paths answer reserveSeats: another call of the process, a marker in Redis, and
Postgres. The state of the seats, what Redis has lost of it and the call are arbitrary.
"""

import asyncio
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import TypeAlias

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from redis.asyncio import Redis

from domain.booking import BookingService
from domain.errors import SessionClosedError
from domain.sales import PaymentService
from persistence.key_value.client import open_redis
from persistence.key_value.script_batch import ScriptBatch
from persistence.key_value.seat_locks import RedlockSeatLocks
from persistence.key_value.seat_markers import ID_LENGTH
from persistence.postgres.pool import Pool, open_pool
from persistence.sales.ledger import PostgresLedger
from tests.support.answer_paths import (
    HELD,
    SEATS,
    STATES,
    Call,
    State,
    World,
    calls,
    states,
)
from tests.support.cinema import Cinema
from tests.support.embedded import EmbeddedStack
from tests.support.events import open_payment
from tests.support.null_services import UNUSED, NoSeatLocks, NoWakeup
from tests.support.polling import eventually

Run: TypeAlias = Callable[[State, Call], None]


async def compare(world: World, state: State, call: Call) -> None:
    await world.enter(state)

    by_postgres = await world.ask(NoSeatLocks(), call)
    by_marker = await world.ask(world.locks(), call)
    one_process = world.locks()
    asked = [world.ask(one_process, call) for _ in range(3)]
    by_process = await asyncio.gather(*asked)

    assert by_marker == by_postgres
    if by_postgres != HELD:  # else they take the seats from one another
        assert by_process == [by_postgres] * 3


@pytest.fixture
def run(database_url: str, stack: EmbeddedStack) -> Iterator[Run]:
    """Runs one example after the other, on the same connections."""
    with asyncio.Runner() as runner:
        pool = runner.run(open_pool(database_url, max_size=4, name="paths"))
        redis = open_redis(stack.redis_url)

        def run(state: State, call: Call) -> None:
            runner.run(compare(World(pool, redis), state, call))

        yield run
        runner.run(redis.aclose())
        runner.run(pool.close())


def test_every_path_has_the_same_answer(run: Run) -> None:
    @settings(
        max_examples=150,
        derandomize=True,  # the same examples on every machine
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(state=states, call=calls)
    def same_answer(state: State, call: Call) -> None:
        run(state, call)

    same_answer()


FREE = ("free",) * SEATS
TAKEN = ("held", "sold", "own")


@pytest.mark.parametrize("taken", STATES)
async def test_a_seat_of_another_session_is_not_found(
    pool: Pool, empty_redis: Redis, taken: str
) -> None:
    world = World(pool, empty_redis)
    await world.enter(State(seats=FREE, others=(taken,) * SEATS, lost=frozenset()))
    call = Call(session=0, seats=(SEATS,), expected=(None, None), key=None)

    assert await world.ask(world.locks(), call) == "NOT_FOUND"


async def test_after_the_start_taken_and_free_seats_are_closed_alike(
    pool: Pool, empty_redis: Redis
) -> None:
    """Its markers end before the session starts, by the clock of the database."""
    cinema, ledger = Cinema(pool), PostgresLedger(pool)
    show = await cinema.open_session(3, starts_in=timedelta(seconds=2.6))
    [ana] = await cinema.customers(1)
    locks = RedlockSeatLocks([ScriptBatch(empty_redis)])
    booking = BookingService(ledger, locks, NoWakeup())
    await booking.reserve_seats(show.session_id, show.seat_ids[:1], ana)
    sold = await booking.reserve_seats(show.session_id, show.seat_ids[1:2], ana)
    payment_id = await open_payment(pool, sold.id)
    await PaymentService(ledger, locks, NoWakeup()).approve_payment(payment_id, ana)

    async def has_begun() -> bool:
        return bool(
            await pool.fetchval(
                "SELECT starts_at <= clock_timestamp() FROM sessions WHERE id = $1",
                show.session_id,
            )
        )

    assert await empty_redis.exists(f"seat:{show.seat_ids[0]}")
    await eventually(has_begun)
    for seat in show.seat_ids:
        with pytest.raises(SessionClosedError):
            await booking.reserve_seats(show.session_id, [seat], ana)


async def test_a_marker_without_a_session_is_no_answer(
    pool: Pool, empty_redis: Redis
) -> None:
    """Release 0.1.0 wrote such markers, and may still do so beside this one."""
    world = World(pool, empty_redis)
    await world.enter(State(seats=TAKEN, others=FREE, lost=frozenset()))
    key = f"seat:{world.seats[0]}"
    text = await empty_redis.get(key)
    assert isinstance(text, bytes)
    fields = orjson.loads(text[ID_LENGTH:])
    del fields["session_id"], fields["starts_at"]
    await empty_redis.set(key, text[:ID_LENGTH] + orjson.dumps(fields))
    blind = BookingService(UNUSED, world.locks(), NoWakeup())

    with pytest.raises(AttributeError):  # it asks Postgres, which is not there
        await blind.reserve_seats(
            world.shows[0].session_id, world.seats[:1], world.customer
        )

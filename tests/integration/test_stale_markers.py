"""A marker that a cancelled hold left behind."""

import pytest

from domain.booking import BookingService
from domain.errors import SeatsUnavailableError
from persistence.key_value.client import open_redis
from persistence.key_value.script_batch import ScriptBatch
from persistence.key_value.seat_locks import RedlockSeatLocks
from persistence.postgres.pool import Pool
from persistence.sales.ledger import PostgresLedger
from tests.support.cinema import Cinema
from tests.support.embedded import EmbeddedStack
from tests.support.null_services import NoWakeup
from tests.support.polling import eventually


@pytest.mark.usefixtures("worker")
async def test_a_seat_cancelled_while_redis_was_frozen_can_be_held_again(
    scratch_pool: Pool, stack: EmbeddedStack
) -> None:
    """The API could not clear the marker; the event of the outbox does it later."""
    cinema = Cinema(scratch_pool)
    redis = open_redis(stack.redis_url)
    locks = RedlockSeatLocks([ScriptBatch(redis)])
    service = BookingService(PostgresLedger(scratch_pool), locks, NoWakeup())
    show = await cinema.open_session(seats=1)
    ana, bruno = await cinema.customers(2)
    held = await service.reserve_seats(show.session_id, show.seat_ids, ana)
    stack.valkey.pause()
    try:
        await service.cancel_reservation(held.id, ana)
    finally:
        stack.valkey.resume()

    async def is_held_again() -> bool:
        try:
            await service.reserve_seats(show.session_id, show.seat_ids, bruno)
        except SeatsUnavailableError:
            return False
        return True

    await eventually(is_held_again)
    await redis.aclose()

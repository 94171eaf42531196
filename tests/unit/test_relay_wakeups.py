"""The relay is woken as soon as something is committed."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import cast
from uuid import UUID, uuid4

import pytest

from domain.booking import BookingService
from domain.errors import SeatsUnavailableError
from domain.money import Money
from domain.ports import Hold, HoldVerdict, Ledger, SeatLock, Wanted
from domain.reservation import Reservation, ReservationStatus
from domain.seats import SeatStatus, SessionSeat
from domain.sessions import Session, SessionStatus
from tests.support.asgi_socket import settle
from tests.support.null_services import NoSeatLocks, NullSeatLock

NOON = datetime(2026, 12, 24, 12, tzinfo=UTC)
PRICE = Money(2500, "BRL")
SEAT = SessionSeat(
    id=uuid4(), row="A", number=1, status=SeatStatus.HELD, version=2, price=PRICE
)
SESSION = Session(
    id=uuid4(),
    movie_id=uuid4(),
    room_id=uuid4(),
    starts_at=NOON,
    ends_at=NOON + timedelta(hours=2),
    price_per_seat=PRICE,
    status=SessionStatus.SCHEDULED,
    version=1,
    sales_end_at=NOON,
)
HELD = Reservation(
    id=uuid4(),
    session_id=SESSION.id,
    customer_id=uuid4(),
    status=ReservationStatus.PENDING,
    total=PRICE,
    created_at=NOON,
    expires_at=NOON,
    seats=(SEAT,),
)


class ScriptedLedger:
    def __init__(self, *verdicts: HoldVerdict) -> None:
        self._verdicts = list(verdicts)

    async def hold(self, _hold: Hold) -> HoldVerdict:
        return self._verdicts.pop(0)

    async def expire(self, _ids: Sequence[UUID]) -> list[Reservation]:
        return [HELD]


class SlowLocks(NoSeatLocks):
    """A server of locks that is silent when the lock is given back."""

    def __init__(self) -> None:
        self.answered = asyncio.Event()

    @asynccontextmanager
    async def guard(self, wanted: Wanted) -> AsyncIterator[SeatLock]:
        yield NullSeatLock()
        await self.answered.wait()


class CountingWakeup:
    calls = 0

    def notify(self) -> None:
        self.calls += 1


def verdict(
    *, reservation: Reservation | None = None, expired: tuple[UUID, ...] = ()
) -> HoldVerdict:
    taken = () if reservation else (SEAT,)
    return HoldVerdict(
        reservation=reservation,
        session=SESSION,
        closed=False,
        taken=taken,
        expired=expired,
    )


@pytest.fixture
def wakeup() -> CountingWakeup:
    return CountingWakeup()


async def test_a_hold_does_not_wait_for_its_lock_to_wake_it(
    wakeup: CountingWakeup,
) -> None:
    locks, ledger = SlowLocks(), ScriptedLedger(verdict(reservation=HELD))
    booking = BookingService(cast("Ledger", ledger), locks, wakeup)

    asked = asyncio.create_task(
        booking.reserve_seats(SESSION.id, [SEAT.id], HELD.customer_id)
    )
    await settle()

    assert wakeup.calls == 1
    assert not asked.done()
    locks.answered.set()
    assert await asked == HELD


async def test_a_refused_hold_wakes_it_for_the_holds_that_it_ended(
    wakeup: CountingWakeup,
) -> None:
    ledger = ScriptedLedger(verdict(expired=(HELD.id,)), verdict())
    booking = BookingService(cast("Ledger", ledger), NoSeatLocks(), wakeup)

    with pytest.raises(SeatsUnavailableError):
        await booking.reserve_seats(SESSION.id, [SEAT.id], HELD.customer_id)

    assert wakeup.calls == 1

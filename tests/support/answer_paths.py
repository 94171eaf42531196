"""A world of two sessions, and calls of reserveSeats in it: see test_same_answers."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from hypothesis import strategies as st
from redis.asyncio import Redis

from domain.booking import BookingService
from domain.errors import DomainError, SeatsUnavailableError
from domain.money import Money
from domain.ports import Expected, SeatLocks
from domain.sales import PaymentService
from persistence.key_value.script_batch import ScriptBatch
from persistence.key_value.seat_locks import RedlockSeatLocks
from persistence.postgres.pool import Pool
from persistence.sales.ledger import PostgresLedger
from tests.support.cinema import Cinema
from tests.support.events import open_payment
from tests.support.null_services import NoWakeup

SEATS, KEY = 3, "the key of a call that was answered before"
STATES = ("free", "held", "own", "sold")
AS_IT_IS, OTHERWISE = "as it is", "otherwise"
HELD = "held"


@dataclass(frozen=True)
class State:
    """Of the seats of two sessions, and what Redis has lost of it."""

    seats: tuple[str, ...]
    others: tuple[str, ...]
    lost: frozenset[int]  # seats of either session, numbered on


@dataclass(frozen=True)
class Call:
    session: int  # 2 is unknown
    seats: tuple[int, ...]  # 2 * SEATS is unknown
    expected: tuple[str | None, str | None]  # start and total
    key: str | None


seat_states = st.tuples(*[st.sampled_from(STATES)] * SEATS)
states = st.builds(
    State,
    seats=seat_states,
    others=seat_states,
    lost=st.frozensets(st.integers(0, 2 * SEATS - 1), max_size=2),
)
shown = st.sampled_from([None, None, None, AS_IT_IS, OTHERWISE])
calls = st.builds(
    Call,
    session=st.sampled_from([0, 0, 0, 1, 2]),
    seats=st.lists(
        st.sampled_from([*range(SEATS), *range(2 * SEATS + 1)]),
        min_size=1,
        max_size=3,
        unique=True,
    ).map(tuple),
    expected=st.tuples(shown, shown),
    key=st.sampled_from([None, None, KEY]),
)


class World:
    """What every path of an example sees."""

    def __init__(self, pool: Pool, redis: Redis) -> None:
        self.pool = pool
        self.redis = redis
        self.cinema = Cinema(pool)
        self.ledger = PostgresLedger(pool)
        self.earlier: dict[str | None, UUID] = {}  # the customer's, by key

    def locks(self) -> RedlockSeatLocks:
        """As of another process."""
        return RedlockSeatLocks([ScriptBatch(self.redis)])

    async def enter(self, state: State) -> None:
        self.shows = [await self.cinema.open_session(SEATS) for _ in range(2)]
        self.customer, self.other = await self.cinema.customers(2)
        self.seats = [seat for show in self.shows for seat in show.seat_ids]
        for seat, taken in enumerate(state.seats + state.others):
            if taken != "free":
                await self._take(seat, taken)
        for seat in state.lost:
            await self.redis.delete(f"seat:{self.seats[seat]}")

    async def _take(self, seat: int, taken: str) -> None:
        locks = self.locks()
        booking = BookingService(self.ledger, locks, NoWakeup())
        own = taken == "own"
        key = KEY if own and not self.earlier else None
        held = await booking.reserve_seats(
            self.shows[seat // SEATS].session_id,
            [self.seats[seat]],
            self.customer if own else self.other,
            key,
        )
        if own:
            self.earlier.setdefault(key, held.id)
        if taken == "sold":
            payments = PaymentService(self.ledger, locks, NoWakeup())
            payment_id = await open_payment(self.pool, held.id)
            await payments.approve_payment(payment_id, held.customer_id)

    async def ask(self, locks: SeatLocks, call: Call) -> object:
        """The answer, for comparison. What it has held is given back."""
        booking = BookingService(self.ledger, locks, NoWakeup())
        unknown = uuid4()
        sessions = [*(show.session_id for show in self.shows), unknown]
        try:
            held = await booking.reserve_seats(
                sessions[call.session],
                [(*self.seats, unknown)[seat] for seat in call.seats],
                self.customer,
                call.key if call.key in self.earlier else None,
                expected=await self._expected(call),
            )
        except SeatsUnavailableError as refused:
            return refused.code, refused.seats
        except DomainError as refused:
            return refused.code
        if held.id in self.earlier.values():
            return held
        await booking.cancel_reservation(held.id, self.customer)
        return HELD

    async def _expected(self, call: Call) -> Expected:
        start, total = call.expected
        starts_at = await self.pool.fetchval(
            "SELECT starts_at FROM sessions WHERE id = $1", self.shows[0].session_id
        )
        minor = 2500 * len(call.seats) + (total == OTHERWISE)
        return Expected(
            starts_at=starts_at + timedelta(start == OTHERWISE) if start else None,
            total=Money(minor, "BRL") if total else None,
        )

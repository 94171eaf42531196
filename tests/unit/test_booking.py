from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from domain.booking import judge, wanted_seats
from domain.errors import (
    CustomerLimitError,
    DomainError,
    InvalidInputError,
    NotFoundError,
    PriceChangedError,
    SeatsUnavailableError,
    SessionClosedError,
    SessionMovedError,
    TicketQuotaExhaustedError,
    TicketTypeNotSoldError,
    TooManySeatsError,
)
from domain.idempotency import key_for
from domain.money import Money
from domain.ports import Expected, Hold, HoldVerdict, Wanted
from domain.seats import SeatStatus, SessionSeat
from domain.sessions import Session, SessionStatus
from domain.taken_seats import TakenSeat, seats_if_known

IDS = [uuid4() for _ in range(9)]
PRICE = Money(2500, "BRL")
SOLD = SessionSeat(
    id=IDS[0],
    row="A",
    number=1,
    status=SeatStatus.SOLD,
    version=3,
    price=PRICE,
)
NOON = datetime(2026, 12, 24, 12, tzinfo=UTC)
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
KNOWN = TakenSeat(session_id=SESSION.id, starts_at=NOON, seat=SOLD)
FREE = Money(0, "BRL")
OTHERS = Expected(starts_at=NOON - timedelta(minutes=1), total=FREE)


def wanting(session_id: UUID, expected: Expected, *seat_ids: UUID) -> Wanted:
    return Wanted(
        session_id=session_id,
        seat_ids=tuple(sorted(seat_ids or IDS[:1])),
        expected=expected,
    )


def holding(wanted: Wanted) -> Hold:
    return Hold(
        reservation_id=uuid4(),
        customer_id=uuid4(),
        wanted=wanted,
        period=timedelta(seconds=30),
    )


class TestWantedSeats:
    def test_are_sorted_so_that_everybody_locks_in_one_order(self) -> None:
        assert list(wanted_seats(IDS[:8])) == sorted(IDS[:8])

    @pytest.mark.parametrize(
        ("seat_ids", "refusal"),
        [
            (IDS, TooManySeatsError),
            ([], InvalidInputError),
            ([IDS[0], IDS[0]], InvalidInputError),
        ],
    )
    def test_refuses(
        self, seat_ids: Sequence[UUID], refusal: type[DomainError]
    ) -> None:
        with pytest.raises(refusal):
            wanted_seats(seat_ids)


class TestJudge:
    @pytest.mark.parametrize(
        ("found", "closed", "expected", "refusal"),
        [
            (False, True, OTHERS, NotFoundError),
            (True, True, OTHERS, SessionClosedError),
            (True, False, OTHERS, SessionMovedError),
            (True, False, Expected(starts_at=NOON, total=FREE), PriceChangedError),
            (True, False, Expected(starts_at=NOON, total=PRICE), SeatsUnavailableError),
            (True, False, Expected(), SeatsUnavailableError),
        ],
    )
    def test_gives_the_refusal_that_tells_most(
        self, found: bool, closed: bool, expected: Expected, refusal: type[DomainError]
    ) -> None:
        session = SESSION if found else None
        verdict = HoldVerdict(
            reservation=None, session=session, closed=closed, total=PRICE, taken=(SOLD,)
        )

        with pytest.raises(refusal):
            judge(verdict, holding(wanting(SESSION.id, expected)))

    @pytest.mark.parametrize(
        ("taken", "refusal"),
        [((), CustomerLimitError), ((SOLD,), SeatsUnavailableError)],
    )
    def test_blames_the_limit_when_nothing_else_is_wrong(
        self, taken: tuple[SessionSeat, ...], refusal: type[DomainError]
    ) -> None:
        verdict = HoldVerdict(
            reservation=None,
            session=SESSION,
            closed=False,
            total=PRICE,
            taken=taken,
            over_limit=True,
        )

        with pytest.raises(refusal):
            judge(verdict, holding(wanting(SESSION.id, Expected())))

    @pytest.mark.parametrize(
        ("total", "exhausted", "taken", "refusal"),
        [
            (None, False, (SOLD,), SeatsUnavailableError),
            (None, True, (), TicketTypeNotSoldError),
            (PRICE, True, (SOLD,), SeatsUnavailableError),
            (PRICE, True, (), TicketQuotaExhaustedError),
        ],
    )
    def test_a_type_is_refused_for_seats_that_are_free(
        self,
        total: Money | None,
        exhausted: bool,
        taken: tuple[SessionSeat, ...],
        refusal: type[DomainError],
    ) -> None:
        verdict = HoldVerdict(
            reservation=None,
            session=SESSION,
            closed=False,
            total=total,
            exhausted=exhausted,
            taken=taken,
        )

        with pytest.raises(refusal):
            judge(verdict, holding(wanting(SESSION.id, Expected())))


class TestKnownSeats:
    """A marker is an answer only where Postgres could give no other one."""

    def test_are_an_answer_when_all_of_them_are_known(self) -> None:
        wanted = wanting(SESSION.id, Expected(starts_at=NOON, total=PRICE))

        assert seats_if_known(wanted, [KNOWN]) == (SOLD,)

    @pytest.mark.parametrize(
        "wanted",
        [
            wanting(uuid4(), Expected()),
            wanting(SESSION.id, Expected(starts_at=NOON + timedelta(minutes=1))),
            wanting(SESSION.id, Expected(total=FREE)),
            wanting(SESSION.id, Expected(), *IDS[:2]),
            wanting(SESSION.id, Expected(), IDS[1]),
            replace(wanting(SESSION.id, Expected(total=PRICE)), type_ids=(uuid4(),)),
        ],
        ids=[
            "another session",
            "another start",
            "another total",
            "one more",
            "none",
            "a type with a total",
        ],
    )
    def test_are_no_answer_to_what_postgres_may_see_otherwise(
        self, wanted: Wanted
    ) -> None:
        assert seats_if_known(wanted, [KNOWN]) is None


class TestKeyFor:
    def test_the_same_input_has_the_same_hash(self) -> None:
        assert (
            key_for("o", "k", 1, 2)
            == key_for("o", "k", 1, 2)
            != key_for("o", "k", 1, 3)
        )

    def test_without_a_key_nothing_is_remembered(self) -> None:
        assert key_for("o", None, 1) is None

    @pytest.mark.parametrize("key", ["", "x" * 256, "a\x00b", "\ud800"])
    def test_refuses_what_cannot_be_stored(self, key: str) -> None:
        with pytest.raises(InvalidInputError):
            key_for("o", key, 1)

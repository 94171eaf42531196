from collections.abc import Sequence
from uuid import UUID, uuid4

import pytest

from domain.booking import judge, wanted_seats
from domain.errors import (
    DomainError,
    InvalidInputError,
    NotFoundError,
    SeatsUnavailableError,
    SessionClosedError,
    TooManySeatsError,
)
from domain.idempotency import key_for
from domain.money import Money
from domain.ports import HoldVerdict
from domain.seats import SeatStatus, SessionSeat

IDS = [uuid4() for _ in range(9)]
SOLD = SessionSeat(
    id=IDS[0],
    row="A",
    number=1,
    status=SeatStatus.SOLD,
    version=3,
    price=Money(2500, "BRL"),
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
        ("found", "begun", "refusal"),
        [
            (False, False, NotFoundError),
            (False, True, NotFoundError),
            (True, True, SessionClosedError),
            (True, False, SeatsUnavailableError),
        ],
    )
    def test_gives_the_refusal_that_tells_most(
        self, found: bool, begun: bool, refusal: type[DomainError]
    ) -> None:
        verdict = HoldVerdict(reservation=None, found=found, begun=begun, taken=(SOLD,))

        with pytest.raises(refusal):
            judge(verdict)


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

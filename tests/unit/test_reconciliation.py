"""The report of a provider and our rows: nothing differs, or it is said what does."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import cast
from uuid import UUID

import pytest

from domain.attempts import Attempt, AttemptStatus, PaymentOutcome, RefundStatus
from domain.money import Money
from domain.payment_provider import (
    PaymentProvider,
    ProviderRefusedError,
    ProviderState,
)
from domain.reconciliation import (
    AttemptBooks,
    Books,
    Movement,
    MovementKind,
    ReconciliationService,
    RefundBooks,
)
from tests.support.attempts import an_attempt

DAY = date(2026, 11, 29)
PAID = Money(5000, "BRL")
TICKET = Money(2500, "BRL")
REFUND_ID = UUID(int=7)


@dataclass
class Rows:
    """A provider, its report and our books. At first they agree."""

    movements: list[Movement]
    books: Books
    state: ProviderState | None

    name = "sandbox"

    async def report(self, day: date) -> list[Movement]:
        assert day == DAY
        return self.movements

    async def of_day(self, provider: str, day: date, refs: Sequence[str]) -> Books:
        assert (provider, day) == ("sandbox", DAY)
        assert refs == [movement.ref for movement in self.movements]
        return self.books

    async def fetch(self, attempt: Attempt) -> ProviderState:
        assert attempt.charge_ref == "pi_1"
        if self.state is None:
            raise ProviderRefusedError("resource_missing")
        return self.state

    async def differences(self) -> list[str]:
        provider = cast("PaymentProvider", self)
        found = await ReconciliationService(provider, self, self).of_day(DAY)
        return found.differences

    def change_attempt(self, **changes: object) -> None:
        [mine] = self.books.attempts
        changed = replace(mine, **changes)  # type: ignore[arg-type]
        self.books = replace(self.books, attempts=[changed])

    def change_refund(self, **changes: object) -> None:
        [mine] = self.books.refunds
        changed = replace(mine, **changes)  # type: ignore[arg-type]
        self.books = replace(self.books, refunds=[changed])


@pytest.fixture
def rows() -> Rows:
    """Two tickets were sold, and one of them was given back."""
    attempt = replace(
        an_attempt(),
        amount=PAID,
        charge_ref="pi_1",
        status=AttemptStatus.CAPTURED,
        outcome=PaymentOutcome.SOLD,
    )
    mine = AttemptBooks(
        attempt=attempt, captured_minor=5000, sold_minor=2500, flag=None
    )
    refund = RefundBooks(
        id=REFUND_ID,
        attempt_id=attempt.id,
        ref="re_1",
        amount=TICKET,
        status=RefundStatus.SUCCEEDED,
    )
    return Rows(
        movements=[
            Movement(kind=MovementKind.CAPTURE, ref="pi_1", amount=PAID),
            Movement(kind=MovementKind.REFUND, ref="re_1", amount=TICKET),
        ],
        books=Books(attempts=[mine], refunds=[refund]),
        state=ProviderState(
            status=AttemptStatus.CAPTURED, captured_minor=5000, refunded_minor=2500
        ),
    )


async def only(rows: Rows) -> str:
    [difference] = await rows.differences()
    return difference


async def test_nothing_differs(rows: Rows) -> None:
    assert await rows.differences() == []


async def test_what_is_booked_on_the_day_before_or_after_is_asked_for(
    rows: Rows,
) -> None:
    rows.movements = []

    assert await rows.differences() == []


async def test_a_payment_that_we_do_not_know(rows: Rows) -> None:
    stranger = Movement(kind=MovementKind.CAPTURE, ref="pi_2", amount=TICKET)
    rows.movements.append(stranger)

    assert await only(rows) == "CAPTURE of 2500 BRL, pi_2: we have nothing of it"


async def test_a_dispute(rows: Rows) -> None:
    dispute = Movement(kind=MovementKind.OTHER, ref="txn_1", amount=Money(-9, "BRL"))
    rows.movements.append(dispute)

    assert await only(rows) == "OTHER of -9 BRL, txn_1: we have nothing of it"


async def test_another_sum(rows: Rows) -> None:
    rows.movements[0] = replace(rows.movements[0], amount=Money(4999, "BRL"))

    assert await only(rows) == "CAPTURE of 4999 BRL, pi_1: we have 5000 BRL"


async def test_another_currency(rows: Rows) -> None:
    rows.movements[1] = replace(rows.movements[1], amount=Money(2500, "USD"))

    assert await only(rows) == "REFUND of 2500 USD, re_1: we have 2500 BRL"


async def test_a_refund_that_happened_twice(rows: Rows) -> None:
    rows.movements.append(rows.movements[1])

    twice = "REFUND of 2500 BRL, re_1: it is in the report twice"
    assert await rows.differences() == [twice, twice]


async def test_a_refund_that_failed_without_our_knowing(rows: Rows) -> None:
    rows.movements.append(replace(rows.movements[1], kind=MovementKind.FAILED_REFUND))

    assert "has failed, and is SUCCEEDED with us" in await only(rows)


async def test_a_capture_that_only_we_have(rows: Rows) -> None:
    rows.movements = []
    rows.state = ProviderState(status=AttemptStatus.CLOSED, refunded_minor=2500)

    assert "we have 5000 as captured, the provider 0" in await only(rows)


async def test_a_payment_that_the_provider_does_not_know(rows: Rows) -> None:
    rows.movements, rows.state = [], None

    assert "(pi_1): the provider says resource_missing" in await only(rows)


async def test_a_refund_that_only_we_have(rows: Rows) -> None:
    del rows.movements[1]
    rows.state = ProviderState(status=AttemptStatus.CAPTURED, captured_minor=5000)

    assert "we have 2500 as refunded, the provider 0" in await only(rows)


async def test_money_without_an_outcome(rows: Rows) -> None:
    [mine] = rows.books.attempts
    rows.change_attempt(attempt=replace(mine.attempt, outcome=None))

    assert "5000 captured, and no outcome" in await only(rows)


async def test_a_ticket_that_was_not_paid(rows: Rows) -> None:
    rows.change_attempt(sold_minor=5000)

    expected = "5000 captured, tickets of 5000, and 2500 to give back"
    assert expected in await only(rows)


async def test_what_staff_have_to_look_at(rows: Rows) -> None:
    rows.change_attempt(flag="AMOUNT")

    assert "staff have to look at it, AMOUNT" in await only(rows)


async def test_a_refund_that_failed(rows: Rows) -> None:
    rows.movements.append(replace(rows.movements[1], kind=MovementKind.FAILED_REFUND))
    rows.change_refund(status=RefundStatus.FAILED)

    assert await only(rows) == f"refund {REFUND_ID} of 2500 BRL has failed"

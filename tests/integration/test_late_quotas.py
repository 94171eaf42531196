"""Late money keeps to quotas and to the limit of a customer, as any hold does."""

from uuid import UUID

import pytest

from domain.attempts import IfLate
from persistence.money import settlement
from persistence.postgres.pool import Pool
from persistence.sales.ticket_sql import LOCK_QUOTAS
from tests.support.cinema import Cinema
from tests.support.payments import Bought, Payments
from tests.support.prices import PricedShow, open_priced_session, students_of
from tests.support.queued import queued
from tests.support.refunds import EVERYWHERE, asking, refund_service

SAME, BETTER = IfLate.SAME_SEATS, IfLate.SAME_OR_BETTER_SEATS
BOTH = pytest.mark.parametrize("if_late", [SAME, BETTER])
TYPES = """
SELECT ticket_type_id FROM claims WHERE reservation_id = $1 AND released_at IS NULL
"""
MAKE_DUE = "UPDATE payment_attempts SET due_at = clock_timestamp()"
LOCK_QUOTA = "SELECT FROM ticket_quotas WHERE session_id = $1 FOR UPDATE"


@pytest.fixture
def payments(scratch_pool: Pool) -> Payments:
    return Payments(scratch_pool, seats_per_customer=4)


@pytest.fixture
def cinema(scratch_pool: Pool) -> Cinema:
    return Cinema(scratch_pool)


@pytest.fixture
async def show(cinema: Cinema) -> PricedShow:
    """Two students may come."""
    return await open_priced_session(cinema, students=2)


async def late(
    payments: Payments,
    show: PricedShow,
    customer: UUID,
    *seats: int,
    if_late: IfLate = SAME,
) -> Bought:
    """Students, whose money is authorised when their hold is over."""
    types = [show.student] * len(seats)
    bought = await payments.hold(show, customer, *seats, types=types)
    await payments.start(bought, if_late)
    await payments.pay(bought)
    await payments.expire(bought)
    return bought


@BOTH
async def test_late_money_buys_nothing_when_the_quota_is_used_up(
    payments: Payments, cinema: Cinema, show: PricedShow, ana: UUID, if_late: IfLate
) -> None:
    bought = await late(payments, show, ana, 0, 1, if_late=if_late)
    [bruno] = await cinema.customers(1)
    await payments.hold(show, bruno, 2, types=[show.student])

    await payments.settle()

    reservation, _, *money = await payments.state(bought)
    assert (reservation, *money) == ("EXPIRED", "RELEASED", "CLOSED")
    assert (await cinema.seat_states(show))[0][0] == "AVAILABLE"
    assert await students_of(cinema, show) == 1


async def test_late_money_is_counted_in_its_quota_once_and_a_refund_gives_it_back(
    payments: Payments, cinema: Cinema, show: PricedShow, ana: UUID
) -> None:
    bought = await late(payments, show, ana, 0, 1)
    before = await students_of(cinema, show)
    await payments.settle()
    await payments.pool.execute(MAKE_DUE)
    await payments.settle()
    sold = await students_of(cinema, show)
    reservation = await payments.ledger.reservation(bought.reservation_id)

    await refund_service(payments.pool).refund_tickets(
        asking(reservation, manages=EVERYWHERE)
    )

    assert (await payments.state(bought))[2] == "SOLD"
    assert (before, sold, await students_of(cinema, show)) == (0, 2, 0)


async def test_a_ticket_in_another_seat_keeps_its_type_and_is_counted_once(
    payments: Payments, cinema: Cinema, show: PricedShow, ana: UUID
) -> None:
    bought = await late(payments, show, ana, 0, 1, if_late=BETTER)
    [bruno] = await cinema.customers(1)
    await payments.hold(show, bruno, 0)

    await payments.settle()

    assert (await payments.state(bought))[2] == "RESEATED"
    assert await students_of(cinema, show) == 2
    types = await payments.pool.fetch(TYPES, bought.reservation_id)
    assert [row["ticket_type_id"] for row in types] == [show.student] * 2
    reservation = await payments.ledger.reservation(bought.reservation_id)
    await refund_service(payments.pool).refund_tickets(
        asking(reservation, manages=EVERYWHERE)
    )
    assert await students_of(cinema, show) == 0


@pytest.mark.parametrize("locked", [True, False])
async def test_crossing_late_sales_do_not_exceed_a_quota(
    payments: Payments,
    cinema: Cinema,
    show: PricedShow,
    monkeypatch: pytest.MonkeyPatch,
    locked: bool,
) -> None:
    """Without the lock on the counter the table refuses the second one: a fault."""
    if not locked:
        free = LOCK_QUOTAS.replace("FOR UPDATE", "")
        assert free != LOCK_QUOTAS
        monkeypatch.setattr(settlement, "LOCK_QUOTAS", free)
    ana, bruno = await cinema.customers(2)
    both = [
        await late(payments, show, ana, 0, 1),
        await late(payments, show, bruno, 2, 3),
    ]
    await payments.pool.execute(MAKE_DUE)
    first, second = await settlement.PostgresSettlements(payments.pool).due(
        payments.provider.name, 2
    )

    await queued(
        payments.pool,
        LOCK_QUOTA,
        show.session_id,
        payments.settlement.settle(first),
        payments.settlement.settle(second),
    )

    outcomes = {(await payments.attempt(bought))["outcome"] for bought in both}
    assert outcomes == {"SOLD", "RELEASED" if locked else None}
    assert await students_of(cinema, show) == 2


@BOTH
@pytest.mark.parametrize(("others", "outcome"), [(2, "SOLD"), (3, "RELEASED")])
async def test_late_money_keeps_to_the_limit_of_its_customer(
    payments: Payments, show: PricedShow, if_late: IfLate, others: int, outcome: str
) -> None:
    """Who has taken other seats meanwhile may have four in all."""
    [ana] = await Cinema(payments.pool).customers(1)
    bought = await late(payments, show, ana, 0, 1, if_late=if_late)
    await payments.hold(show, ana, *range(2, 2 + others))

    await payments.settle()

    assert (await payments.state(bought))[2] == outcome

"""A checkout is started once, and the seats are held until its page closes."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from domain.attempts import IfLate
from domain.errors import (
    IdempotencyConflictError,
    InvalidInputError,
    NotFoundError,
    PaymentClosedError,
    ReservationExpiredError,
)
from domain.money_errors import CheckoutUnavailableError, WrongProviderError
from domain.payment import APPROVE
from domain.payment_provider import ProviderEvent
from domain.sales import PaymentService
from persistence.money.provider_events import ProviderEvents
from tests.support.cinema import Cinema, Show, expire_hold
from tests.support.null_services import NoSeatLocks, NoWakeup
from tests.support.payments import WINDOW, Bought, Payments

HELD_UNTIL = "SELECT DISTINCT held_until FROM session_seats WHERE reservation_id = $1"
COUNT = "SELECT count(*) FROM payment_attempts WHERE payment_id = $1"
EXTENDED = """
SELECT count(*) FROM outbox WHERE type = 'ReservationExtended'
AND data->>'reservation_id' = $1::uuid::text
"""


@pytest.fixture
async def bought(payments: Payments, show: Show, ana: UUID) -> Bought:
    return await payments.hold(show, ana, 0, 1)


async def test_the_first_checkout_holds_the_seats_until_its_page_closes(
    payments: Payments, bought: Bought
) -> None:
    before = await payments.ledger.reservation(bought.reservation_id)

    first = await payments.start(bought)
    again = await payments.start(
        bought, IfLate.REFUND, return_url="https://other.example"
    )

    after = await payments.ledger.reservation(bought.reservation_id)
    assert first == again
    assert first.expires_at == after.expires_at > before.expires_at
    assert {seat.held_until for seat in after.seats} == {after.expires_at}
    assert {seat.version for seat in after.seats} == {3}
    assert await payments.pool.fetchval(EXTENDED, bought.reservation_id) == 1
    assert await payments.pool.fetchval(COUNT, bought.payment_id) == 1
    assert first.payment.provider == payments.provider.name


async def test_a_hold_that_lasts_longer_is_not_cut_short(
    payments: Payments, bought: Bought
) -> None:
    postpone = "UPDATE reservations SET expires_at = expires_at + $2 WHERE id = $1"
    await payments.pool.execute(postpone, bought.reservation_id, 2 * WINDOW)
    before = await payments.ledger.reservation(bought.reservation_id)

    checkout = await payments.start(bought)

    after = await payments.ledger.reservation(bought.reservation_id)
    assert after == before
    assert before.expires_at - checkout.expires_at > timedelta(minutes=5)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://app.example/paid",
        "ftp://app.example",
        "https://",
        "https://ana@app.example",
        "https://app.example/a b",
        "https://app.example/é",
        "https://app.example/\x00",
        "https://app.example/\ud800",
        "https://app.example:0/",
        "https://[::1",
        "javascript:alert(1)",
        "https://app.example/" + "a" * 2_000,
    ],
)
async def test_a_wrong_return_url_is_refused(
    payments: Payments, bought: Bought, url: str
) -> None:
    with pytest.raises(InvalidInputError):
        await payments.start(bought, return_url=url, key="one")

    assert await payments.pool.fetchval(COUNT, bought.payment_id) == 0


async def test_a_return_url_may_be_on_this_machine(
    payments: Payments, bought: Bought
) -> None:
    assert await payments.start(bought, return_url="http://localhost:5173/?paid")


async def test_only_the_owner_of_an_open_payment_starts_a_checkout(
    payments: Payments, cinema: Cinema, show: Show, bought: Bought
) -> None:
    [bruno] = await cinema.customers(1)
    with pytest.raises(NotFoundError):
        await payments.start(Bought(bruno, bought.reservation_id, bought.payment_id))
    with pytest.raises(NotFoundError):
        await payments.start(Bought(bruno, bought.reservation_id, uuid4()))

    cancelled = await payments.hold(show, bruno, 2)
    await payments.ledger.cancel(cancelled.reservation_id, bruno)
    with pytest.raises(PaymentClosedError):
        await payments.start(cancelled)

    await expire_hold(payments.pool, bought.reservation_id)
    with pytest.raises(ReservationExpiredError):
        await payments.start(bought)
    assert payments.provider.calls == []


async def test_a_key_leads_to_one_checkout(
    payments: Payments, show: Show, ana: UUID, bought: Bought
) -> None:
    other = await payments.hold(show, ana, 2)

    first = await payments.start(bought, key="k")

    assert await payments.start(bought, key="k") == first
    with pytest.raises(IdempotencyConflictError):
        await payments.start(other, key="k")
    with pytest.raises(IdempotencyConflictError):
        await payments.start(bought, IfLate.REFUND, key="k")


async def test_a_provider_that_is_down_is_asked_again(
    payments: Payments, bought: Bought
) -> None:
    payments.provider.fail("open")
    for _ in range(2):
        with pytest.raises(CheckoutUnavailableError):
            await payments.start(bought)
    payments.provider.mend()

    assert (await payments.start(bought)).url
    assert await payments.pool.fetchval(COUNT, bought.payment_id) == 1


async def test_a_page_whose_answer_was_lost_is_found_and_closed(
    payments: Payments, bought: Bought
) -> None:
    payments.provider.lose_answer("open")
    with pytest.raises(CheckoutUnavailableError):
        await payments.start(bought)
    payments.provider.mend()
    await payments.expire(bought)

    await payments.settle()

    assert (await payments.state(bought))[2:] == ("RELEASED", "CLOSED")


async def test_a_page_that_the_provider_refuses_is_given_up(
    payments: Payments, bought: Bought
) -> None:
    payments.provider.refuse("open")
    with pytest.raises(CheckoutUnavailableError):
        await payments.start(bought)

    await payments.settle()

    assert await payments.outcomes(bought) == ["RELEASED"]


async def test_an_event_before_the_answer_of_open_is_not_lost(
    payments: Payments, bought: Bought
) -> None:
    payments.provider.lose_answer("open")
    with pytest.raises(CheckoutUnavailableError):
        await payments.start(bought)
    payments.provider.mend()
    attempt = await payments.pay(bought)
    event = ProviderEvent(id=f"evt_{uuid4()}", type="paid", attempt_id=attempt)

    await ProviderEvents(payments.pool).record(payments.provider.name, event)
    again = await payments.start(bought)  # its answer comes after the event
    settled = await payments.settlement.settle_due()

    assert again.url
    assert settled == 1
    assert await payments.outcomes(bought) == ["SOLD"]


async def test_with_a_provider_nobody_approves_what_has_to_be_paid(
    payments: Payments, cinema: Cinema, bought: Bought
) -> None:
    name = payments.provider.name
    approvals = PaymentService(payments.ledger, NoSeatLocks(), NoWakeup(), name)
    with pytest.raises(WrongProviderError) as refused:
        await approvals.approve_payment(bought.payment_id, bought.customer_id)
    assert refused.value.provider == name

    gift = await payments.hold(
        await cinema.open_session(price_minor=0), bought.customer_id, 0
    )
    with pytest.raises(WrongProviderError) as refused:
        await payments.start(gift)
    assert refused.value.provider == APPROVE
    approved = await approvals.approve_payment(gift.payment_id, gift.customer_id)
    assert approved.is_sold


async def test_what_a_provider_was_asked_to_take_is_not_approved(
    payments: Payments, bought: Bought
) -> None:
    await payments.start(bought)
    approvals = PaymentService(payments.ledger, NoSeatLocks(), NoWakeup())

    with pytest.raises(WrongProviderError) as refused:
        await approvals.approve_payment(bought.payment_id, bought.customer_id)

    assert refused.value.provider == payments.provider.name


async def test_tickets_are_not_chosen_while_they_are_paid(
    payments: Payments, show: Show, bought: Bought
) -> None:
    await payments.start(bought)
    default = await payments.pool.fetchval(
        "SELECT id FROM ticket_types WHERE is_default"
    )

    with pytest.raises(PaymentClosedError):
        await payments.ledger.choose_tickets(
            bought.reservation_id, bought.customer_id, ((show.seat_ids[0], default),)
        )

"""Changes of seats by payments that a provider takes, as tests.support.seat_changes."""

from dataclasses import replace

from domain.money import Money
from loadtest.documents import START_CHECKOUT
from tests.support.payments import RETURN_URL, Bought, Payments
from tests.support.sale_events import until_outbox_is_empty
from tests.support.seat_changes import Sale


async def start(sale: Sale) -> None:
    await _start(sale)


async def give_up(sale: Sale) -> None:
    payments, bought = await _start(sale)
    await payments.pay(bought, Money(1, "BRL"))
    await payments.settle()


async def sell_late(sale: Sale) -> None:
    payments, bought = await _start(sale)
    await payments.pay(bought)
    await payments.expire(bought)
    await until_outbox_is_empty(sale.cinema)
    await payments.settle()


async def _start(sale: Sale) -> tuple[Payments, Bought]:
    payments = Payments(sale.cinema.pool)
    held = await sale.hold(0, 1)
    payment_id = await sale.cinema.pool.fetchval(
        "SELECT id FROM payments WHERE reservation_id = $1", held
    )
    client = sale.client
    client.services = replace(client.services, checkout=payments.checkout)
    started = await client.mutate(
        START_CHECKOUT,
        sale.customer,
        paymentId=str(payment_id),
        returnUrl=RETURN_URL,
    )
    assert started["__typename"] == "Checkout", started
    return payments, Bought(sale.customer, held, payment_id)

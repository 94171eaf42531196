"""The mail about money that bought nothing, and goes back."""

import pytest

from domain.attempts import IfLate, RefundStatus
from persistence.postgres.pool import Pool
from tests.support.mail_server import MailServer, text_of
from tests.support.notices import results
from tests.support.payments import Bought, Payments
from tests.support.sale_mails import Buyer

IDS = "SELECT event_id FROM notices WHERE type = 'PaymentSettled'"
AGE = """
UPDATE payment_effects SET created_at = created_at - interval '15 days'
WHERE attempt_id = $1
"""
EVENTS = """
SELECT count(*) FROM outbox
WHERE type = 'PaymentSettled' AND 'notices' = ANY(awaiting)
"""


@pytest.fixture
def buyer(scratch_pool: Pool, mail_server: MailServer) -> Buyer:
    return Buyer(scratch_pool, mail_server)


@pytest.fixture
def payments(scratch_pool: Pool) -> Payments:
    return Payments(scratch_pool)


async def late(payments: Payments, buyer: Buyer, locale: str = "en") -> Bought:
    """A page that somebody opened, and whose hold is over."""
    show = await buyer.arrive(locale)
    bought = await payments.hold(show, buyer.id, 0)
    await payments.start(bought, IfLate.REFUND)
    await payments.expire(bought)
    return bought


@pytest.mark.parametrize(
    ("locale", "subject", "why", "money"),
    [
        ("en", "Your refund for Limite", "bought no tickets", "You get R$25.00 back"),
        (
            *("pt-BR", "Seu reembolso de Limite"),
            *("não comprou ingressos", "R$ 25,00"),
        ),
        ("es", "Su reembolso de Limite", "no se compraron", "25,00 BRL"),
    ],
)
async def test_captured_money_that_comes_late_is_one_mail(
    payments: Payments,
    buyer: Buyer,
    *,
    locale: str,
    subject: str,
    why: str,
    money: str,
) -> None:
    bought = await late(payments, buyer, locale)
    attempt_id = await payments.pay(bought)
    payments.provider.capture_by_hand(attempt_id)
    payments.provider.refund_status = RefundStatus.PENDING
    await payments.settle()
    outcome = (await payments.state(bought))[2]

    [mail] = await buyer.mails()
    payments.provider.refund_status = RefundStatus.SUCCEEDED
    await payments.call_again()  # the second event about the same money
    again = await buyer.mails()

    assert outcome == "REFUNDED"
    assert mail["Subject"] == subject
    text = text_of(mail).replace("\u202f", " ").replace("\xa0", " ")
    assert why in " ".join(text.split())
    assert money in text
    assert again == []
    assert await payments.pool.fetchval(EVENTS) == 0
    rows = await payments.pool.fetch(IDS)
    assert [row["event_id"] for row in rows] == [attempt_id]
    assert await results(payments.pool) == ["sent"]


async def test_two_events_in_one_batch_are_one_mail(
    payments: Payments, buyer: Buyer
) -> None:
    bought = await late(payments, buyer)
    payments.provider.capture_by_hand(await payments.pay(bought))
    await payments.settle()
    events = await payments.pool.fetchval(EVENTS)

    assert events == 2
    assert len(await buyer.mails()) == 1


async def test_money_that_was_only_reserved_is_one_mail(
    payments: Payments, buyer: Buyer
) -> None:
    await payments.pay(await late(payments, buyer))
    await payments.settle()

    [mail] = await buyer.mails()

    assert "only reserved" in text_of(mail)
    assert "You get R$" not in text_of(mail)


async def test_who_never_paid_is_sent_nothing(payments: Payments, buyer: Buyer) -> None:
    await late(payments, buyer)
    await payments.settle()
    events = await payments.pool.fetchval(EVENTS)

    assert events == 1
    assert await buyer.mails() == []
    assert await results(payments.pool) == []


async def test_a_refund_of_tickets_is_no_second_mail_when_it_is_settled(
    payments: Payments, buyer: Buyer
) -> None:
    show = await buyer.arrive()
    bought = await payments.hold(show, buyer.id, 0)
    await payments.start(bought)
    await payments.pay(bought)
    await payments.settle()
    await buyer.mails()
    await payments.refund(bought)
    await payments.settle()
    events = await payments.pool.fetchval(EVENTS)

    [mail] = await buyer.mails()

    assert events == 1
    assert "These tickets were given back" in text_of(mail)


async def test_news_of_old_money_is_no_second_mail(
    payments: Payments, buyer: Buyer
) -> None:
    """Its notice is not kept any more."""
    bought = await late(payments, buyer)
    attempt_id = await payments.pay(bought)
    payments.provider.capture_by_hand(attempt_id)
    payments.provider.refund_status = RefundStatus.PENDING
    await payments.settle()
    await buyer.mails()
    await payments.pool.execute("DELETE FROM notices")
    await payments.pool.execute(AGE, attempt_id)
    payments.provider.refund_status = RefundStatus.SUCCEEDED
    await payments.call_again()
    events = await payments.pool.fetchval(EVENTS)

    assert events == 1
    assert await buyer.mails() == []

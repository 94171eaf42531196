"""Mails to people who have a ticket by a transfer."""

import pytest

from domain.reservation import Reservation
from persistence.postgres.pool import Pool
from tests.support.cinema import Show
from tests.support.mail_server import MailServer, text_of
from tests.support.refunds import (
    asking,
    cancellation_service,
    refund_service,
    sell,
)
from tests.support.rescheduling import later, moving, rescheduling_service
from tests.support.sale_mails import Buyer

TRANSFER = """
UPDATE claims SET holder_id = $2, generation = generation + 1
WHERE id = (SELECT min(id::text)::uuid FROM claims WHERE reservation_id = $1)
"""
KEPT = "SELECT id FROM claims WHERE reservation_id = $1 AND holder_id IS NULL"


@pytest.fixture
def buyer(scratch_pool: Pool, mail_server: MailServer) -> Buyer:
    return Buyer(scratch_pool, mail_server)


@pytest.fixture
def holder(scratch_pool: Pool, mail_server: MailServer) -> Buyer:
    return Buyer(scratch_pool, mail_server)


async def transferred(buyer: Buyer, holder: Buyer) -> tuple[Show, Reservation]:
    """One of two tickets, after their mail."""
    await holder.arrive("es")
    show = await buyer.arrive()
    sold = await sell(buyer.pool, show, buyer.id, 0, 1)
    await buyer.mails()
    await buyer.pool.execute(TRANSFER, sold.id, holder.id)
    return show, sold


async def test_both_are_sent_the_move_and_each_their_own_ticket(
    buyer: Buyer, holder: Buyer
) -> None:
    show, _ = await transferred(buyer, holder)
    start = await later(buyer.cinema, show, hours=1)

    await rescheduling_service(buyer.pool).reschedule_session(
        moving(show, buyer.id, start)
    )
    [to_buyer] = await buyer.mails()
    [to_holder] = holder.received()

    assert text_of(to_buyer).count("Seat ") == 1
    assert text_of(to_holder).count("Asiento ") == 1
    assert "give the tickets back" in text_of(to_buyer)
    assert "devolver" not in text_of(to_holder)
    assert to_buyer["Message-ID"] != to_holder["Message-ID"]
    assert await buyer.mails() == holder.received()[1:] == []


async def test_the_money_of_a_cancelled_session_is_the_matter_of_who_paid(
    buyer: Buyer, holder: Buyer
) -> None:
    show, _ = await transferred(buyer, holder)

    await cancellation_service(buyer.pool).cancel_session(
        show.session_id, "flood", buyer.id
    )
    [to_buyer] = await buyer.mails()
    [to_holder] = holder.received()

    assert "R$50.00 back" in text_of(to_buyer)
    assert to_holder["Subject"] == "Cancelada: Limite"
    assert "de vuelta" not in text_of(to_holder)


async def test_a_holder_whose_ticket_was_not_given_back_is_sent_nothing(
    buyer: Buyer, holder: Buyer
) -> None:
    _, sold = await transferred(buyer, holder)
    own = await buyer.pool.fetchval(KEPT, sold.id)

    await refund_service(buyer.pool).refund_tickets(asking(sold, [own]))

    assert len(await buyer.mails()) == 1
    assert holder.received() == []

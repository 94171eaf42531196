"""Mails about tickets, and about sessions and refunds of people who have them."""

from datetime import UTC, datetime, timedelta
from email.utils import parseaddr

import pytest

from mail.qr_codes import qr_png
from persistence.postgres.pool import Pool
from tests.support.mail_server import MailServer, text_of
from tests.support.notices import queue_mails, results
from tests.support.refunds import (
    ADD_ATTEMPT,
    EVERYWHERE,
    asking,
    cancellation_service,
    refund_service,
    sell,
    ticket_ids,
)
from tests.support.rescheduling import (
    another_room,
    later,
    moving,
    rescheduling_service,
)
from tests.support.sale_events import hold
from tests.support.sale_mails import AT, EVENING, Buyer, entry_of
from tests.support.ticket_codes import TICKET_CODES

TAKE_OVER = "UPDATE reservations SET customer_id = $2 WHERE id = $1"


@pytest.fixture
def buyer(scratch_pool: Pool, mail_server: MailServer) -> Buyer:
    return Buyer(scratch_pool, mail_server)


@pytest.mark.parametrize(
    ("locale", "subject", "start", "total"),
    [
        ("en", "Your tickets for Limite", "8:30 PM", "R$50.00"),
        (
            *("pt-BR", "Seus ingressos para Limite"),
            *(", 20:30", "R$ 50,00"),
        ),
        (
            *("es", "Sus entradas para Limite"),
            *(", 20:30", "50,00 BRL"),
        ),
    ],
)
async def test_a_sale_sends_the_tickets_in_the_language_of_the_person(
    buyer: Buyer, locale: str, subject: str, start: str, total: str
) -> None:
    show = await buyer.arrive(locale)
    sold = await sell(buyer.pool, show, buyer.id, 0, 1)

    [mail] = await buyer.mails()

    assert mail["Subject"] == subject
    assert mail["Content-Language"] == locale
    text = text_of(mail).replace("\u202f", " ").replace("\xa0", " ")
    assert start in text
    assert total in text
    assert "Rua A, 1" in text
    assert "https://app.example/tickets" in text
    html = mail.get_body(("html",))
    assert html
    pictures = [part for part in mail.walk() if part.get_content_type() == "image/png"]
    for number, ticket_id in enumerate(await ticket_ids(buyer.pool, sold.id), 1):
        [picture] = [p for p in pictures if p["Content-ID"] == f"<ticket{number}>"]
        assert picture.get_content() == qr_png(TICKET_CODES.code(ticket_id, 1))
        assert f'src="cid:ticket{number}"' in html.get_content()


async def test_the_calendar_file_has_the_session(buyer: Buyer) -> None:
    show = await buyer.arrive()
    sold = await sell(buyer.pool, show, buyer.id, 0)

    [mail] = await buyer.mails()

    method, event = entry_of(mail)
    assert method == "PUBLISH"
    assert event["uid"] == f"{sold.id}@cinema.example"
    assert event.DTSTART == EVENING
    assert EVENING + timedelta(hours=2) == event.DTEND
    assert event["summary"] == "Limite"
    assert event["location"] == "Sala 1, Main, Rua A, 1"
    assert event["organizer"] == f"mailto:{parseaddr(mail['From'])[1]}"


async def test_tickets_that_were_given_back_meanwhile_are_not_sent(
    buyer: Buyer,
) -> None:
    show = await buyer.arrive()
    sold = await sell(buyer.pool, show, buyer.id, 0)
    await queue_mails(buyer.pool)
    await refund_service(buyer.pool).refund_tickets(asking(sold))

    [mail] = await buyer.mails()

    assert mail["Subject"] == "Your refund for Limite"
    assert await results(buyer.pool) == ["unsent", "sent"]


async def test_tickets_of_a_session_that_is_over_are_not_sent(buyer: Buyer) -> None:
    show = await buyer.arrive()
    await sell(buyer.pool, show, buyer.id, 0)
    past = datetime.now(UTC) - timedelta(hours=3)
    await buyer.pool.execute(AT, show.session_id, past)

    assert await buyer.mails() == []


async def test_a_move_is_one_mail_to_who_has_tickets(buyer: Buyer) -> None:
    show = await buyer.arrive()
    await sell(buyer.pool, show, buyer.id, 0)
    [tickets] = await buyer.mails()
    [rita, other] = await buyer.cinema.customers(2)
    await sell(buyer.pool, show, other, 5)
    room_id = await another_room(buyer.cinema, 10)

    await rescheduling_service(buyer.pool).reschedule_session(
        moving(show, rita, await later(buyer.cinema, show, hours=1), room_id)
    )
    [mail] = await buyer.mails()

    assert mail["Subject"] == "New time or room: Limite"
    assert "9:30" in text_of(mail)
    assert "Sala 2" in text_of(mail)
    method, event = entry_of(mail)
    _, before = entry_of(tickets)
    assert (method, event["uid"]) == ("PUBLISH", before["uid"])
    assert event["sequence"] > before["sequence"]
    assert EVENING + timedelta(hours=1) == event.DTSTART


async def test_who_only_holds_seats_is_sent_nothing(buyer: Buyer) -> None:
    show = await buyer.arrive()
    held = await hold(buyer.cinema, show, 0)
    await buyer.pool.execute(TAKE_OVER, held.id, buyer.id)

    await rescheduling_service(buyer.pool).reschedule_session(
        moving(show, buyer.id, await later(buyer.cinema, show, hours=1))
    )

    assert await buyer.mails() == []


async def test_a_cancelled_session_is_one_mail_with_the_money(buyer: Buyer) -> None:
    show = await buyer.arrive()
    sold = await sell(buyer.pool, show, buyer.id, 0, 1)
    await buyer.pool.execute(ADD_ATTEMPT, sold.id)
    [tickets] = await buyer.mails()

    await cancellation_service(buyer.pool).cancel_session(
        show.session_id, "The projector is broken", buyer.id
    )
    [mail] = await buyer.mails()

    assert mail["Subject"] == "Cancelled: Limite"
    text = text_of(mail)
    assert "The cinema says: The projector is broken" in text
    assert "R$50.00 back" in text
    assert "ten days" in text
    method, event = entry_of(mail)
    assert (method, event["status"]) == ("CANCEL", "CANCELLED")
    assert event["uid"] == entry_of(tickets)[1]["uid"]


async def test_a_refund_names_its_tickets_and_its_amount(buyer: Buyer) -> None:
    show = await buyer.arrive()
    sold = await sell(buyer.pool, show, buyer.id, 0, 1)
    await buyer.mails()
    first, _ = await ticket_ids(buyer.pool, sold.id)

    await refund_service(buyer.pool).refund_tickets(asking(sold, [first]))
    [mail] = await buyer.mails()

    text = text_of(mail)
    assert "You get R$25.00 back." in text
    assert text.count("Seat A") == 1
    assert list(mail.iter_attachments()) == []  # the other ticket is still for it

    await refund_service(buyer.pool).refund_tickets(asking(sold, manages=EVERYWHERE))
    [rest] = await buyer.mails()

    assert entry_of(rest)[0] == "CANCEL"


async def test_a_refund_that_the_bank_does_not_take_says_so(buyer: Buyer) -> None:
    show = await buyer.arrive()
    sold = await sell(buyer.pool, show, buyer.id, 0)
    await buyer.pool.execute(ADD_ATTEMPT, sold.id)
    await buyer.mails()
    await refund_service(buyer.pool).refund_tickets(asking(sold))
    await buyer.pool.execute("UPDATE refunds SET status = 'FAILED'")

    [mail] = await buyer.mails()

    assert "Please ask the cinema." in text_of(mail)


async def test_an_erased_account_is_sent_nothing(buyer: Buyer) -> None:
    show = await buyer.arrive()
    await sell(buyer.pool, show, buyer.id, 0)
    await buyer.pool.execute("UPDATE accounts SET erased_at = clock_timestamp()")

    assert await buyer.mails() == []
    assert await results(buyer.pool) == ["unsent"]

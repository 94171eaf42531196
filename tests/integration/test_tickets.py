"""Tickets of a reservation."""

from uuid import UUID

from loadtest.documents import APPROVE_PAYMENT, CANCEL_RESERVATION
from tests.support.cinema import Cinema, expire_hold
from tests.support.events import open_payment
from tests.support.prices import (
    ADULT,
    DEARER,
    RESERVE,
    STUDENT,
    PricedShow,
    with_types,
)
from tests.support.schema_client import SchemaClient
from tests.support.ticket_buyer import Buyer
from tests.support.ticket_codes import TICKET_CODES


async def test_a_reservation_has_its_tickets(
    client: SchemaClient, cinema: Cinema, priced: PricedShow, ana: UUID
) -> None:
    buyer = Buyer(client, priced, ana)
    held = await client.mutate(
        RESERVE, ana, **with_types(priced, {9: priced.student}, 0)
    )
    buyer.reservation = held["id"]

    first, last = reserved = await buyer.tickets()

    assert first == {
        "id": first["id"],
        "status": "RESERVED",
        "code": None,
        "usedAt": None,
        "price": {"amountMinor": ADULT, "currency": "BRL"},
        "ticketType": {"id": str(priced.adult)},
        "seat": {"row": "A", "number": 1, "zone": {"isDefault": True}},
        "session": {"id": str(priced.session_id)},
    }
    assert last["price"]["amountMinor"] == STUDENT + DEARER
    assert last["ticketType"] == {"id": str(priced.student)}
    payment = await open_payment(cinema.pool, UUID(held["id"]))
    await client.mutate(APPROVE_PAYMENT, ana, paymentId=str(payment))
    valid = await buyer.tickets()
    assert valid == [
        each
        | {"status": "VALID", "code": TICKET_CODES.code(UUID(each["id"]), generation=1)}
        for each in reserved
    ]


async def test_the_tickets_of_an_ended_reservation_are_void(
    client: SchemaClient, cinema: Cinema, buyer: Buyer
) -> None:
    await expire_hold(cinema.pool, UUID(buyer.reservation))
    assert {each["status"] for each in await buyer.tickets()} == {"VOID"}

    await buyer.hold(2)
    await client.mutate(
        CANCEL_RESERVATION, buyer.customer, reservationId=buyer.reservation
    )
    assert {each["status"] for each in await buyer.tickets()} == {"VOID"}


async def test_tickets_of_older_programs_are_of_the_default_type(
    cinema: Cinema, buyer: Buyer
) -> None:
    await cinema.pool.execute(
        "UPDATE claims SET ticket_type_id = NULL, price_minor = NULL"
        " WHERE reservation_id = $1",
        UUID(buyer.reservation),
    )
    third = (3 * ADULT + DEARER) // 3

    found = await buyer.tickets()

    assert [each["price"]["amountMinor"] for each in found] == [third] * 3
    assert {each["ticketType"]["id"] for each in found} == {str(buyer.show.adult)}

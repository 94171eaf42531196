"""Each way to change the seats of a session, through the schema."""

from dataclasses import dataclass
from uuid import UUID

from domain.expiry import ExpiryService
from domain.people import Role, Viewer
from loadtest.documents import (
    ADD_SEATS,
    APPROVE_PAYMENT,
    BLOCK_SEATS,
    CANCEL_RESERVATION,
    EXTEND_RESERVATION,
    REFUND_TICKETS,
    RESERVE_BEST_SEATS,
    UNBLOCK_SEATS,
    UPDATE_MOVIE,
    UPDATE_SESSION,
)
from persistence.sales.ledger import PostgresLedger
from tests.support.catalog import answer, moment
from tests.support.cinema import Cinema, Show, expire_hold
from tests.support.null_services import NoWakeup
from tests.support.refunds import ticket_ids
from tests.support.rescheduling import another_room
from tests.support.sale_events import until_outbox_is_empty
from tests.support.schema_client import SchemaClient
from tests.support.session_documents import CANCEL_SESSION, RESCHEDULE_SESSION


@dataclass(frozen=True)
class Sale:
    """A session on sale, a customer, and ways to change its seats."""

    client: SchemaClient
    cinema: Cinema
    show: Show
    customer: UUID

    async def hold(self, *seats: int) -> UUID:
        """Until its payment is open."""
        made = await self.client.reserve(self.customer, self.show, *seats)
        assert made["__typename"] == "Reservation", made
        await until_outbox_is_empty(self.cinema)
        return UUID(made["id"])

    async def overdue_hold(self, *seats: int) -> None:
        await expire_hold(self.cinema.pool, await self.hold(*seats))

    async def new_price(self, amount: int, currency: str) -> None:
        price = {"amountMinor": amount, "currency": currency}
        session_id = str(self.show.session_id)
        changed = await answer(
            self.client, UPDATE_SESSION, id=session_id, pricePerSeat=price
        )
        assert changed["__typename"] == "Session", changed


async def reserve(sale: Sale) -> None:
    await sale.hold(0, 1)


async def reserve_best(sale: Sale) -> None:
    types = await sale.client.queries.ticket_types.all()
    held = await sale.client.mutate(
        RESERVE_BEST_SEATS,
        sale.customer,
        sessionId=str(sale.show.session_id),
        tickets=[{"ticketTypeId": str(types[0].id), "count": 2}],
    )
    assert held["__typename"] == "Reservation", held
    await until_outbox_is_empty(sale.cinema)


async def extend(sale: Sale) -> None:
    held = await sale.hold(0, 1)
    extended = await sale.client.mutate(
        EXTEND_RESERVATION, sale.customer, reservationId=str(held)
    )
    assert extended["__typename"] == "Reservation", extended


async def block(sale: Sale) -> None:
    await _change_blocks(sale, BLOCK_SEATS, reason="broken")


async def unblock(sale: Sale) -> None:
    await block(sale)
    await _change_blocks(sale, UNBLOCK_SEATS)


async def _change_blocks(sale: Sale, document: str, **entered: str) -> None:
    changed = await sale.client.mutate(
        document,
        Viewer(sale.customer, Role.MANAGER),  # an account: who blocks is kept
        sessionId=str(sale.show.session_id),
        seatIds=[*map(str, sale.show.seat_ids[:2])],
        **entered,
    )
    assert changed["__typename"] == "SeatsChanged", changed


async def cancel(sale: Sale) -> None:
    held = await sale.hold(0, 1)
    cancelled = await sale.client.mutate(
        CANCEL_RESERVATION, sale.customer, reservationId=str(held)
    )
    assert cancelled["__typename"] == "Reservation", cancelled


async def approve(sale: Sale) -> None:
    await _sell(sale)


async def cancel_session(sale: Sale) -> None:
    await _sell(sale)
    await sale.hold(2)
    cancelled = await sale.client.mutate(
        CANCEL_SESSION,
        Viewer(sale.customer, Role.MANAGER),  # an account: refunds name it
        sessionId=str(sale.show.session_id),
        reason="flood",
    )
    assert cancelled["__typename"] == "Session", cancelled


async def reschedule(sale: Sale) -> None:
    await _reschedule(sale, startsAt=moment(9))


async def change_room(sale: Sale) -> None:
    """To one that lacks half of the seats."""
    room_id = await another_room(sale.cinema, 5)
    await _reschedule(sale, roomId=str(room_id))


async def _reschedule(sale: Sale, **entered: str) -> None:
    await _sell(sale)
    moved = await sale.client.mutate(
        RESCHEDULE_SESSION,
        Viewer(sale.customer, Role.MANAGER),
        sessionId=str(sale.show.session_id),
        reason="broken projector",
        **entered,
    )
    assert moved["__typename"] == "Session", moved


async def _sell(sale: Sale) -> UUID:
    held = await sale.hold(0, 1)
    payment_id = await sale.cinema.pool.fetchval(
        "SELECT id FROM payments WHERE reservation_id = $1", held
    )
    approved = await sale.client.mutate(
        APPROVE_PAYMENT, sale.customer, paymentId=str(payment_id)
    )
    assert approved["__typename"] == "Payment", approved
    return held


async def refund(sale: Sale) -> None:
    held = await _sell(sale)
    first, _ = await ticket_ids(sale.cinema.pool, held)
    await _refund(sale, held, [str(first)])


async def refund_all(sale: Sale) -> None:
    await _refund(sale, await _sell(sale), None)


async def _refund(sale: Sale, held: UUID, tickets: list[str] | None) -> None:
    refunded = await sale.client.mutate(
        REFUND_TICKETS,
        Viewer(sale.customer, Role.MANAGER),  # it is too late for customers
        reservationId=str(held),
        ticketIds=tickets,
        reason="ill",
    )
    assert refunded["__typename"] == "Refund", refunded


async def add_seats(sale: Sale) -> None:
    room = str(await sale.cinema.room_of(sale.show))
    grown = await answer(
        sale.client, ADD_SEATS, roomId=room, rows=[{"row": "B", "seats": 3}]
    )
    assert grown["__typename"] == "Room", grown


async def change_price(sale: Sale) -> None:
    await sale.new_price(1800, "EUR")


async def sweep(sale: Sale) -> None:
    await sale.overdue_hold(0, 1)
    assert await ExpiryService(PostgresLedger(sale.cinema.pool), NoWakeup()).sweep()


async def reserve_overdue_seats(sale: Sale) -> None:
    await sale.overdue_hold(0, 1)
    await sale.hold(1, 2)


async def change_price_of_overdue_seats(sale: Sale) -> None:
    await sale.overdue_hold(0, 1)
    await sale.new_price(1800, "BRL")


async def move(sale: Sale) -> None:
    session_id = str(sale.show.session_id)
    moved = await answer(sale.client, UPDATE_SESSION, id=session_id, startsAt=moment(9))
    assert moved["__typename"] == "Session", moved


async def lengthen(sale: Sale) -> None:
    movie_id = await sale.cinema.movie_of(sale.show)
    longer = await answer(
        sale.client, UPDATE_MOVIE, id=str(movie_id), durationMinutes=200
    )
    assert longer["__typename"] == "Movie", longer

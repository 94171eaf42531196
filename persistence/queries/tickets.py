"""The tickets of a customer's own reservations, with their status as of now."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Integer,
    RowMapping,
    Text,
    and_,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.orm import aliased
from sqlmodel import col

from domain.money import Money
from domain.reservation import ReservationStatus
from domain.seats import Position, SeatStatus, seat_order
from domain.tickets import Ticket, TicketStatus
from persistence.catalog_rows import seat_of, ticket_type_of
from persistence.key_value.own_writes import OwnWrites
from persistence.queries.keyset import Keyset, Page, Window
from persistence.queries.own_lists import since
from persistence.queries.reading import Reader, Rows
from persistence.sales.state_sql import CLAIM_PRICE, TICKET_STATUS
from persistence.tables import (
    ClaimRow,
    PaymentRow,
    RefundRow,
    ReservationRow,
    SeatRow,
    SessionSeatRow,
    TicketTypeRow,
)

r = aliased(ReservationRow, name="r")  # the name that state_sql uses
OF_SEAT = list(select(SeatRow).selected_columns)
OF_TYPE = [
    column.label(f"type_{column.name}")
    for column in select(TicketTypeRow).selected_columns
]
# Of older programs a claim has no type: it is of the default type.
OF_CLAIM = or_(
    col(TicketTypeRow.id) == col(ClaimRow.ticket_type_id),
    and_(col(ClaimRow.ticket_type_id).is_(None), col(TicketTypeRow.is_default)),
)
HOLDER = func.coalesce(col(ClaimRow.holder_id), col(r.customer_id))
PRICE = CLAIM_PRICE.format(claim="claims", r="r")


NEWEST_FIRST = Keyset("tickets", col(ClaimRow.id), descending=True)


class Tickets:
    def __init__(self, reader: Reader, own_writes: OwnWrites | None) -> None:
        self._reader = reader
        self._own_writes = own_writes

    async def page(self, holder_id: UUID, window: Window) -> Page[Ticket]:
        """Those that were sold, the newest first. Raises CursorError."""
        rows = NEWEST_FIRST.page(_held_by(holder_id), window)
        read = await self._reader.fetch(rows, await since(self._own_writes, holder_id))
        return NEWEST_FIRST.page_of(read, window, _ticket)

    async def count(self, holder_id: UUID) -> int:
        return await self._reader.count(
            _held_by(holder_id), await since(self._own_writes, holder_id)
        )

    async def by_id(self, ids: Sequence[UUID]) -> dict[UUID, Ticket]:
        """All customers'. For those who may scan them."""
        rows = await self._reader.fetch(_tickets("id").where(col(ClaimRow.id).in_(ids)))
        return {row["ticket_id"]: _ticket(row) for row in rows}

    async def by_reservation(
        self, customer_id: UUID, reservation_ids: Sequence[UUID]
    ) -> dict[UUID, list[Ticket]]:
        """Row by row. Leaves out the reservations of other customers."""
        own = and_(col(r.customer_id) == customer_id, col(r.id).in_(reservation_ids))
        rows = _tickets("reservation_id").where(own)
        return _row_by_row(await self._reader.fetch(rows))

    async def sold(self, session_id: UUID, since: Position) -> list[Ticket]:
        """Row by row: those of the session that were sold or have changed since."""
        rows = _tickets("id").where(
            col(SessionSeatRow.session_id) == session_id,
            col(SessionSeatRow.status) == SeatStatus.SOLD,
            col(ClaimRow.released_at).is_(None),
            or_(
                col(SessionSeatRow.changed_in) >= since,
                col(ClaimRow.changed_in) >= since,
            ),
        )
        tickets = map(_ticket, await self._reader.fetch(rows))
        return sorted(tickets, key=lambda ticket: seat_order(ticket.seat))

    async def by_refund(self, refund_ids: Sequence[UUID]) -> dict[UUID, list[Ticket]]:
        """Row by row, whose they are: who knows the refund may know its tickets."""
        # From the payment: claims are found by their reservation.
        of_refund = and_(
            col(RefundRow.id).in_(refund_ids),
            col(RefundRow.id) == col(ClaimRow.refund_id),
        )
        rows = (
            _tickets("refund_id")
            .join(PaymentRow, col(PaymentRow.reservation_id) == col(r.id))
            .join(RefundRow, col(RefundRow.payment_id) == col(PaymentRow.id))
            .where(of_refund)
        )
        return _row_by_row(await self._reader.fetch(rows))


def _held_by(holder_id: UUID) -> Rows:
    """Two ways lead to them, each with an index: the sale, and the transfer."""
    bought = (
        select(col(ClaimRow.id))
        .join(ReservationRow, col(ReservationRow.id) == col(ClaimRow.reservation_id))
        .where(
            col(ReservationRow.customer_id) == holder_id,
            col(ClaimRow.holder_id).is_(None),
        )
    )
    accepted = select(col(ClaimRow.id)).where(col(ClaimRow.holder_id) == holder_id)
    return _tickets("id").where(
        col(ClaimRow.id).in_(bought.union_all(accepted)),
        col(r.status) == ReservationStatus.CONFIRMED,
        # The seats of late money may be others than those that it was meant for.
        or_(col(ClaimRow.released_at).is_(None), col(ClaimRow.refund_id).is_not(None)),
    )


def _tickets(owner: str) -> Rows:
    """`owner`: the column of a claim that says whose the ticket is."""
    columns: list[Any] = [
        getattr(ClaimRow, owner).label("owner_id"),
        col(ClaimRow.id).label("ticket_id"),
        col(r.id).label("reservation_id"),
        col(r.session_id).label("session_id"),
        col(r.currency).label("currency"),
        col(ClaimRow.used_at).label("used_at"),
        literal_column(TICKET_STATUS, Text).label("status"),
        literal_column(PRICE, Integer).label("price_minor"),
        HOLDER.label("holder_id"),
        col(ClaimRow.generation),
        *OF_SEAT,
        *OF_TYPE,
    ]
    return (
        select(*columns)
        .select_from(ClaimRow)
        .join(r, col(r.id) == col(ClaimRow.reservation_id))
        .join(SessionSeatRow, col(SessionSeatRow.id) == col(ClaimRow.session_seat_id))
        .join(SeatRow, col(SeatRow.id) == col(SessionSeatRow.seat_id))
        .join(TicketTypeRow, OF_CLAIM)
    )


def _row_by_row(rows: Sequence[RowMapping]) -> dict[UUID, list[Ticket]]:
    tickets: defaultdict[UUID, list[Ticket]] = defaultdict(list)
    for row in rows:
        tickets[row["owner_id"]].append(_ticket(row))
    for each in tickets.values():
        each.sort(key=lambda ticket: seat_order(ticket.seat))
    return tickets


def _ticket(row: RowMapping) -> Ticket:
    return Ticket(
        id=row["ticket_id"],
        reservation_id=row["reservation_id"],
        session_id=row["session_id"],
        seat=seat_of(row),
        ticket_type=ticket_type_of(row, "type_"),
        price=Money(row["price_minor"], row["currency"]),
        status=TicketStatus(row["status"]),
        holder_id=row["holder_id"],
        generation=row["generation"],
        used_at=row["used_at"],
    )

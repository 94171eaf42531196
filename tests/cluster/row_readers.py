"""What the judge reads of the rows that the witness and the product have written."""

from datetime import datetime
from uuid import UUID

import asyncpg

from tests.cluster.evidence import SECOND, Event, SeatChange, SeatState
from tests.cluster.rows import (
    ClaimRow,
    KeyRow,
    PaymentRow,
    QuotaRow,
    RefundRow,
    ReservationRow,
    SeatRow,
    SessionRow,
)


def microseconds(moment: datetime) -> int:
    return round(moment.timestamp() * SECOND)


def _text(id: UUID | None) -> str | None:
    return None if id is None else str(id)


def session_row(row: asyncpg.Record) -> SessionRow:
    return SessionRow(
        id=str(row["id"]),
        cinema=str(row["cinema"]),
        day=row["day"],
        sales_end_at=microseconds(row["sales_end_at"]),
    )


def seat_row(row: asyncpg.Record) -> SeatRow:
    return SeatRow(
        id=str(row["id"]),
        session=str(row["session_id"]),
        version=row["version"],
        status=row["status"],
        reservation=_text(row["reservation_id"]),
        price_minor=row["price"],
        row=row["row_label"],
        place=row["place"],
    )


def reservation_row(row: asyncpg.Record) -> ReservationRow:
    return ReservationRow(
        id=str(row["id"]),
        session=str(row["session_id"]),
        customer=str(row["customer_id"]),
        status=row["status"],
        amount_minor=row["amount_minor"],
        created_at=microseconds(row["created_at"]),
        expires_at=microseconds(row["expires_at"]),
        extensions=row["extensions"],
        sales_end_at=microseconds(row["sales_end_at"]),
    )


def claim_row(row: asyncpg.Record) -> ClaimRow:
    return ClaimRow(
        reservation=str(row["reservation_id"]),
        seat=str(row["session_seat_id"]),
        open=row["released_at"] is None,
        price_minor=row["price_minor"],
        ticket=str(row["id"]),
        refund=_text(row["refund_id"]),
        generation=row["generation"],
        ticket_type=_text(row["ticket_type"]),
        holder=_text(row["holder_id"]),
        # Who has scanned it stands before the key.
        scan=row["used_scan"] and row["used_scan"].partition(" ")[2],
    )


def quota_row(row: asyncpg.Record) -> QuotaRow:
    return QuotaRow(
        session=str(row["session_id"]),
        ticket_type=str(row["ticket_type_id"]),
        price_minor=row["amount_minor"],
        seats_limit=row["seats_limit"],
        seats_taken=row["seats_taken"],
    )


def payment_row(row: asyncpg.Record) -> PaymentRow:
    return PaymentRow(
        refunded_minor=row["refunded_minor"],
        id=str(row["id"]),
        reservation=str(row["reservation_id"]),
        status=row["status"],
        amount_minor=row["amount_minor"],
    )


def key_row(row: asyncpg.Record) -> KeyRow:
    return KeyRow(
        customer=str(row["account_id"]),
        operation=row["operation"],
        key=row["key"],
        result=str(row["result_id"]),
    )


def change_row(row: asyncpg.Record) -> SeatChange:
    held_until = row["held_until"]
    return SeatChange(
        seat=str(row["id"]),
        version=row["version"],
        status=row["status"],
        reservation=_text(row["reservation_id"]),
        held_until=held_until and microseconds(held_until),
        at=microseconds(row["at"]),
        transaction=row["changed_in"],
    )


def refund_row(row: asyncpg.Record) -> RefundRow:
    return RefundRow(
        id=str(row["id"]),
        reservation=str(row["reservation_id"]),
        amount_minor=row["amount_minor"],
    )


def event_row(row: asyncpg.Record) -> Event:
    data = row["data"]
    return Event(
        position=row["position"],
        id=str(row["id"]),
        topic=row["topic"],
        type=row["type"],
        session=str(row["session_id"]),
        reservation=data.get("reservation_id"),
        amount_minor=data.get("amount_minor"),
        seats=tuple(
            SeatState(
                seat=seat["id"],
                version=seat["version"],
                status=seat["status"],
                price_minor=seat.get("agreed_minor", seat["price_minor"]),
            )
            for seat in data.get("seats") or ()
        ),
        at=microseconds(row["at"]),
    )

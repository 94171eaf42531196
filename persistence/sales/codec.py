"""JSON as the database and the events carry it <-> the domain's values."""

from datetime import datetime
from typing import Any
from uuid import UUID

from domain.money import Money
from domain.payment import Payment, PaymentStatus
from domain.reservation import Reservation, ReservationStatus
from domain.seats import SeatStatus, SessionSeat

Json = dict[str, Any]


def seat_from_json(seat: Json) -> SessionSeat:
    return SessionSeat(
        id=UUID(seat["id"]),
        row=seat["row"],
        number=seat["number"],
        status=SeatStatus(seat["status"]),
        version=seat["version"],
        price=Money(seat["price_minor"], seat["currency"]),
        held_until=_moment(seat["held_until"]),
    )


def seat_to_json(seat: SessionSeat) -> Json:
    return {
        "id": str(seat.id),
        "row": seat.row,
        "number": seat.number,
        "status": seat.status,
        "version": seat.version,
        "price_minor": seat.price.amount_minor,
        "currency": seat.price.currency,
        "held_until": seat.held_until and seat.held_until.isoformat(),
    }


def reservation_from_json(data: Json) -> Reservation:
    return Reservation(
        id=UUID(data["reservation_id"]),
        session_id=UUID(data["session_id"]),
        customer_id=UUID(data["customer_id"]),
        status=ReservationStatus(data["status"]),
        total=Money(data["amount_minor"], data["currency"]),
        created_at=datetime.fromisoformat(data["created_at"]),
        expires_at=datetime.fromisoformat(data["expires_at"]),
        seats=tuple(seat_from_json(seat) for seat in data["seats"]),
    )


def payment_from_json(data: Json) -> Payment:
    return Payment(
        id=UUID(data["payment_id"]),
        reservation_id=UUID(data["reservation_id"]),
        status=PaymentStatus(data["status"]),
        amount=Money(data["amount_minor"], data["currency"]),
        created_at=datetime.fromisoformat(data["created_at"]),
        approved_at=_moment(data["approved_at"]),
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None

"""JSON of the database and of events <-> values of the domain."""

from datetime import datetime
from typing import Any
from uuid import UUID

from domain.account_events import AccountEvent
from domain.attempts import PaymentOutcome
from domain.events import (
    EVENTS,
    Event,
    PaymentEvent,
    ReservationEvent,
    SessionCancelled,
    SessionEvent,
    SessionMoved,
    UnknownEvent,
)
from domain.money import Money
from domain.payment import Payment, PaymentStatus
from domain.reservation import Reservation, ReservationStatus
from domain.seats import Position, SeatChange, SeatStatus, SessionSeat

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
        agreed_price=_agreed(seat),
    )


def _agreed(seat: Json) -> Money | None:
    amount = seat.get("agreed_minor")  # not in events of older programs
    return None if amount is None else Money(amount, seat["currency"])


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
        extensions=data.get("extensions", 0),
    )


def payment_from_json(data: Json) -> Payment:
    return Payment(
        id=UUID(data["payment_id"]),
        reservation_id=UUID(data["reservation_id"]),
        status=PaymentStatus(data["status"]),
        amount=Money(data["amount_minor"], data["currency"]),
        created_at=datetime.fromisoformat(data["created_at"]),
        approved_at=_moment(data["approved_at"]),
        # Not in events of older programs.
        provider=data.get("provider"),
        outcome=(outcome := data.get("outcome")) and PaymentOutcome(outcome),
    )


def event_from_json(type: str, data: Json) -> Event:
    """Raises ValueError, KeyError or TypeError when the fields do not fit the type."""
    known = EVENTS.get(type)
    if known is None:
        reservation_id = data.get("reservation_id")
        return UnknownEvent(
            reservation_id=UUID(reservation_id) if reservation_id else None,
            seat_change=seat_change_from_json(data) if "seats" in data else None,
        )
    if issubclass(known, ReservationEvent):
        return known(
            reservation=reservation_from_json(data), position=Position(data["position"])
        )
    if issubclass(known, PaymentEvent):
        return known(
            payment=payment_from_json(data),
            session_id=UUID(data["session_id"]),
            customer_id=UUID(data["customer_id"]),
        )
    if issubclass(known, AccountEvent):
        account_id = data["account_id"]
        return known(account_id=UUID(account_id) if account_id else None)
    if issubclass(known, SessionEvent):
        return _session_event(known, data)
    return known(
        session_id=UUID(data["session_id"]), seat_change=seat_change_from_json(data)
    )


def _session_event(known: type[SessionEvent], data: Json) -> SessionEvent:
    session_id = UUID(data["session_id"])
    if issubclass(known, SessionMoved):
        return known(
            session_id=session_id,
            starts_at=datetime.fromisoformat(data["starts_at"]),
            ends_at=datetime.fromisoformat(data["ends_at"]),
            position=Position(data["position"]),
        )
    if issubclass(known, SessionCancelled):
        return known(
            session_id=session_id,
            cancelled_at=datetime.fromisoformat(data["cancelled_at"]),
            reason=data["reason"],
            position=Position(data["position"]),
        )
    return known(session_id=session_id)


def seat_change_from_json(data: Json) -> SeatChange:
    return SeatChange(
        seats=tuple(seat_from_json(seat) for seat in data["seats"]),
        position=Position(data["position"]),
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None

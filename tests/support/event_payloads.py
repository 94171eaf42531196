"""Events as they were before they were decoded."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from domain import events
from domain.account_events import AccountEvent
from domain.events import (
    PaymentEvent,
    ReservationEvent,
    SeatsEvent,
    SessionCancelled,
    SessionMoved,
    SessionRemoved,
)
from persistence.codec import seat_to_json
from tests.support.sale_events import agreed_seat


def again(event: events.Event) -> dict[str, Any]:
    """The payload that the event was decoded from: no field is lost on the way."""
    match event:
        case ReservationEvent(reservation=reservation, position=position):
            assert event.status in {None, reservation.status}
            return {
                "reservation_id": str(reservation.id),
                "session_id": str(reservation.session_id),
                "customer_id": str(reservation.customer_id),
                "status": str(reservation.status),
                "amount_minor": reservation.total.amount_minor,
                "currency": reservation.total.currency,
                "created_at": reservation.created_at,
                "expires_at": reservation.expires_at,
                "extensions": reservation.extensions,
                "position": position,
                "seats": [moments(agreed_seat(seat)) for seat in reservation.seats],
            }
        case SeatsEvent(session_id=session_id, seat_change=change):
            return {
                "session_id": str(session_id),
                "position": change.position,
                "seats": [moments(seat_to_json(seat)) for seat in change.seats],
            }
        case SessionMoved(session_id=session_id, position=position):
            return {
                "session_id": str(session_id),
                "starts_at": event.starts_at,
                "ends_at": event.ends_at,
                "position": position,
            }
        case SessionCancelled(session_id=session_id, position=position):
            return {
                "session_id": str(session_id),
                "cancelled_at": event.cancelled_at,
                "reason": event.reason,
                "position": position,
            }
        case SessionRemoved() | AccountEvent():
            return {name: str(value) for name, value in asdict(event).items()}
        case PaymentEvent(payment=payment):
            assert event.status in {payment.status, None}
            return {
                "payment_id": str(payment.id),
                "reservation_id": str(payment.reservation_id),
                "session_id": str(event.session_id),
                "customer_id": str(event.customer_id),
                "status": str(payment.status),
                "amount_minor": payment.amount.amount_minor,
                "currency": payment.amount.currency,
                "created_at": payment.created_at,
                "approved_at": payment.approved_at,
                "provider": payment.provider,
                "outcome": payment.outcome,
            }
    raise AssertionError(event)


def moments(data: dict[str, Any]) -> dict[str, Any]:
    """Moments compared as moments, however many digits they are written with."""
    times = (
        *("created_at", "expires_at", "approved_at", "held_until"),
        *("starts_at", "ends_at", "cancelled_at"),
    )
    read: dict[str, Any] = {
        name: datetime.fromisoformat(text)
        for name in times
        if (text := data.get(name)) is not None
    }
    if "seats" in data:
        read["seats"] = [moments(seat) for seat in data["seats"]]
    return {**data, **read}

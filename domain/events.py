"""The catalogue of events: the fields of each type, its topic and who awaits it.

The name of a class is the event's type. The SQL that writes events, subscriptions of
consumers and the table in docs/architecture.md are made from it or tested against it.

Events wait in the outbox and on Kafka while programs are replaced. So a new field needs
a default, and a program ignores the fields that it does not know.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final
from uuid import UUID

from domain.account_events import ACCOUNT_EVENTS, NOTICES_CONSUMER, AccountEvent
from domain.payment import Payment, PaymentStatus
from domain.reservation import Reservation, ReservationStatus
from domain.seats import Position, SeatChange

RESERVATIONS: Final = "reservations"
PAYMENTS: Final = "payments"

# The name under which a consumer confirms events; also its Kafka group.
PAYMENTS_CONSUMER: Final = "payments"
FANOUT_CONSUMER: Final = "fanout"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReservationEvent:
    """A reservation in its new status, with the seats that changed with it."""

    topic: ClassVar[str] = RESERVATIONS
    awaited_by: ClassVar[tuple[str, ...]] = (PAYMENTS_CONSUMER, FANOUT_CONSUMER)
    status: ClassVar[ReservationStatus | None]  # None: it keeps its status

    reservation: Reservation
    position: Position

    @property
    def reservation_id(self) -> UUID:
        return self.reservation.id

    @property
    def seat_change(self) -> SeatChange:
        return SeatChange(seats=self.reservation.seats, position=self.position)


class ReservationCreated(ReservationEvent):
    status = ReservationStatus.PENDING


class ReservationExtended(ReservationEvent):
    """Its hold ends later: a new version of each seat."""

    awaited_by = (FANOUT_CONSUMER,)
    status = ReservationStatus.PENDING


class ReservationConfirmed(ReservationEvent):
    """The sale, whose payment is approved in the same transaction."""

    awaited_by = (FANOUT_CONSUMER, NOTICES_CONSUMER)
    status = ReservationStatus.CONFIRMED


class TicketsRefunded(ReservationEvent):
    """Some of its tickets were given back, with these seats, or all of them."""

    awaited_by = (FANOUT_CONSUMER, NOTICES_CONSUMER)
    status = ReservationStatus.CONFIRMED


class ReservationMoved(ReservationEvent):
    """Its session has another start or room: a new version of each seat."""

    awaited_by = (FANOUT_CONSUMER, NOTICES_CONSUMER)
    status = None


class ReservationCancelled(ReservationEvent):
    status = ReservationStatus.CANCELLED


class ReservationExpired(ReservationEvent):
    status = ReservationStatus.EXPIRED


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogEvent:
    """A change of a session, not of one reservation."""

    topic: ClassVar[str] = RESERVATIONS
    awaited_by: ClassVar[tuple[str, ...]] = (FANOUT_CONSUMER,)
    status: ClassVar[None] = None
    reservation_id: ClassVar[None] = None

    session_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatsEvent(CatalogEvent):
    """Seats that changed without a reservation: up to 500 of one session."""

    seat_change: SeatChange


class SeatsAdded(SeatsEvent):
    """The room has more seats: version 1 of each."""


class SeatsBlocked(SeatsEvent):
    """They are not on sale any more."""


class SeatsUnblocked(SeatsEvent):
    """They are on sale again."""


class SeatsMoved(SeatsEvent):
    """Free seats of a session that is in another room now, or not in it."""


class SeatsRepriced(SeatsEvent):
    """The session has another price: a new version of each seat."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionEvent(CatalogEvent):
    """The session itself. Its watchers read the whole map again."""

    seat_change: ClassVar[None] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionMoved(SessionEvent):
    """It has another start or end.

    A watcher that resumes from `position` gets the whole map too.
    """

    starts_at: datetime
    ends_at: datetime
    position: Position


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionCancelled(SessionEvent):
    """It does not take place. What becomes of its reservations are other events."""

    cancelled_at: datetime
    reason: str
    position: Position


class SessionRemoved(SessionEvent):
    """There is no such session any more: its watchers are sent the error NOT_FOUND."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentEvent:
    """A payment in its new status. None: it is the one that it had."""

    topic: ClassVar[str] = PAYMENTS
    awaited_by: ClassVar[tuple[str, ...]] = (FANOUT_CONSUMER,)
    status: ClassVar[PaymentStatus | None]
    seat_change: ClassVar[None] = None

    payment: Payment
    session_id: UUID
    customer_id: UUID

    @property
    def reservation_id(self) -> UUID:
        return self.payment.reservation_id


class PaymentOpened(PaymentEvent):
    status = PaymentStatus.PENDING


class PaymentApproved(PaymentEvent):
    status = PaymentStatus.APPROVED


class PaymentExpired(PaymentEvent):
    status = PaymentStatus.EXPIRED


class PaymentCancelled(PaymentEvent):
    status = PaymentStatus.CANCELLED


class PaymentRefunded(PaymentEvent):
    status = PaymentStatus.REFUNDED


class PaymentPartlyRefunded(PaymentEvent):
    status = PaymentStatus.PARTLY_REFUNDED


class PaymentSettled(PaymentEvent):
    """Money goes back, or has gone: an attempt was given up, or a refund settled."""

    awaited_by = (FANOUT_CONSUMER, NOTICES_CONSUMER)
    status = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownEvent:
    """An event of a newer program, with those of its fields that are known."""

    reservation_id: UUID | None
    seat_change: SeatChange | None


KnownEvent = ReservationEvent | SeatsEvent | SessionEvent | PaymentEvent | AccountEvent
Event = KnownEvent | UnknownEvent

# One for each status that a reservation may get.
RESERVATION_EVENTS: Final = (
    ReservationCreated,
    ReservationConfirmed,
    ReservationCancelled,
    ReservationExpired,
)
PAYMENT_EVENTS: Final = (
    *(PaymentOpened, PaymentApproved),
    *(PaymentExpired, PaymentCancelled),
)
REFUND_EVENTS: Final = (PaymentRefunded, PaymentPartlyRefunded)
EVENTS: Final[dict[str, type[KnownEvent]]] = {
    event.__name__: event
    for event in (
        *ReservationEvent.__subclasses__(),
        *SeatsEvent.__subclasses__(),
        *(SessionMoved, SessionCancelled, SessionRemoved),
        *PaymentEvent.__subclasses__(),
        *ACCOUNT_EVENTS,
    )
}
TOPICS: Final = tuple(dict.fromkeys(event.topic for event in EVENTS.values()))


def topics_of(consumer: str) -> tuple[str, ...]:
    """The topics with events that this consumer awaits."""
    awaited = [event for event in EVENTS.values() if consumer in event.awaited_by]
    return tuple(dict.fromkeys(event.topic for event in awaited))

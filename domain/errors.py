"""Every refusal that the business expects. Codes are API; wording lives at the edge."""

from collections.abc import Collection, Sequence
from typing import ClassVar

from domain.payment import PaymentStatus
from domain.reservation import ReservationStatus
from domain.seats import SessionSeat, seat_order
from domain.sessions import Session


class DomainError(Exception):
    """An expected refusal: nothing has changed. Carries facts, never texts."""

    code: ClassVar[str]


class NotFoundError(DomainError):
    """Not there, or not the viewer's to know of."""

    code = "NOT_FOUND"


class InvalidInputError(DomainError):
    """Input that cannot be acted on; `field` is its path from the argument down.

    `others` are the other fields that are wrong as well, where more than one was
    looked at.
    """

    code = "INVALID_INPUT"
    others: "tuple[InvalidInputError, ...]" = ()

    def __init__(self, *field: str, rule: str, **facts: object) -> None:
        super().__init__(f"{'.'.join(field)}: {rule}")
        self.field = field
        self.rule = rule
        self.facts = facts


class SeatsUnavailableError(DomainError):
    code = "SEATS_UNAVAILABLE"

    def __init__(self, seats: Collection[SessionSeat]) -> None:
        super().__init__(f"{len(seats)} seat(s) already taken")
        self.seats = tuple(sorted(seats, key=seat_order))


class SessionClosedError(DomainError):
    code = "SESSION_CLOSED"


class TooManySeatsError(DomainError):
    code = "TOO_MANY_SEATS"

    def __init__(self, limit: int) -> None:
        super().__init__(f"more than {limit} seats")
        self.limit = limit


class ReservationExpiredError(DomainError):
    code = "RESERVATION_EXPIRED"


class ReservationClosedError(DomainError):
    code = "RESERVATION_CLOSED"

    def __init__(self, status: ReservationStatus) -> None:
        super().__init__(f"the reservation is {status}")
        self.status = status


class PaymentClosedError(DomainError):
    code = "PAYMENT_CLOSED"

    def __init__(self, status: PaymentStatus) -> None:
        super().__init__(f"the payment is {status}")
        self.status = status


class IdempotencyConflictError(DomainError):
    """The key was used before, by this viewer, for the same operation, otherwise."""

    code = "IDEMPOTENCY_CONFLICT"


class RoomBusyError(DomainError):
    code = "ROOM_BUSY"

    def __init__(self, session: Session) -> None:
        super().__init__(f"session {session.id} is in the room then")
        self.session = session


class EmailTakenError(DomainError):
    code = "EMAIL_TAKEN"


class InvalidCredentialsError(DomainError):
    code = "INVALID_CREDENTIALS"


class SignInAgainError(InvalidCredentialsError):
    """Nobody has entered anything wrong: what a program kept is not good any more."""


class TooManyAtOnceError(Exception):
    """More people wait at this moment than can be served soon; nothing was changed."""


class UnknownCustomerError(Exception):
    """A token names an account that is not there any more; nothing was changed."""


def raise_if_any(wrong: Sequence[InvalidInputError]) -> None:
    """Raises the first of them, which tells of the others; nothing wrong: nothing."""
    if wrong:
        first, *others = wrong
        first.others = tuple(others)
        raise first

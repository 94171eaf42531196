"""Every expected refusal. The codes are API; resolvers/texts.py has the texts."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import ClassVar

from domain.money import Money
from domain.payment import PaymentStatus
from domain.reservation import ReservationStatus
from domain.seats import SessionSeat, seat_order
from domain.sessions import Session


class DomainError(Exception):
    """An expected refusal: nothing was changed. Carries facts, no texts."""

    code: ClassVar[str]


class NotFoundError(DomainError):
    """There is no such thing, or the viewer may not see it."""

    code = "NOT_FOUND"


class InvalidInputError(DomainError):
    """A wrong field of the input; `field` is its path from the argument down.

    `others` are the other wrong fields, if more than one was checked.
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


class NotEnoughSeatsError(DomainError):
    """So many seats are not free, or not so close together."""

    code = "NOT_ENOUGH_SEATS"

    def __init__(self, available: int, largest_together: int) -> None:
        super().__init__(f"{available} seat(s), {largest_together} side by side")
        self.available = available
        self.largest_together = largest_together


class OrphanLeftError(DomainError):
    """The seats leave others alone; `better` are as many that leave none, if any."""

    code = "ORPHAN_LEFT"

    def __init__(
        self, orphans: Collection[SessionSeat], better: Collection[SessionSeat]
    ) -> None:
        super().__init__(f"{len(orphans)} seat(s) left alone")
        self.orphans = tuple(sorted(orphans, key=seat_order))
        self.better = tuple(sorted(better, key=seat_order))


class SessionClosedError(DomainError):
    code = "SESSION_CLOSED"


class SessionOverError(DomainError):
    """It has ended, or it is cancelled: nothing can be changed."""

    code = "SESSION_OVER"


class SessionMovedError(DomainError):
    """It starts at another moment than the customer was shown."""

    code = "SESSION_MOVED"

    def __init__(self, session: Session) -> None:
        super().__init__(f"session {session.id} starts at {session.starts_at}")
        self.session = session


class PriceChangedError(DomainError):
    """The seats cost another total than the customer was shown."""

    code = "PRICE_CHANGED"

    def __init__(self, total: Money) -> None:
        super().__init__(f"the total is {total}")
        self.total = total


class TicketTypeNotSoldError(DomainError):
    """A type has no price there."""

    code = "TICKET_TYPE_NOT_SOLD"


class TicketQuotaExhaustedError(DomainError):
    """As many seats of the session as the law or the cinema allows have the type."""

    code = "TICKET_QUOTA_EXHAUSTED"


class TooManySeatsError(DomainError):
    code = "TOO_MANY_SEATS"

    def __init__(self, limit: int) -> None:
        super().__init__(f"more than {limit} seats")
        self.limit = limit


class CustomerLimitError(DomainError):
    """The customer would have more seats of the session than one may have."""

    code = "CUSTOMER_LIMIT"

    def __init__(self, limit: int) -> None:
        super().__init__(f"more than {limit} seats of one customer")
        self.limit = limit


class ReservationExpiredError(DomainError):
    code = "RESERVATION_EXPIRED"


class ReservationClosedError(DomainError):
    code = "RESERVATION_CLOSED"

    def __init__(self, status: ReservationStatus) -> None:
        super().__init__(f"the reservation is {status}")
        self.status = status


class NoMoreExtensionsError(DomainError):
    """The hold was extended as often as it can be."""

    code = "NO_MORE_EXTENSIONS"


class PaymentClosedError(DomainError):
    code = "PAYMENT_CLOSED"

    def __init__(self, status: PaymentStatus) -> None:
        super().__init__(f"the payment is {status}")
        self.status = status


class RefundTooLateError(DomainError):
    """Customers of the cinema could give tickets back until then."""

    code = "REFUND_TOO_LATE"

    def __init__(self, until: datetime) -> None:
        super().__init__(f"tickets could be given back until {until}")
        self.until = until


class NothingToRefundError(DomainError):
    """The reservation is not sold, or its tickets were given back one by one."""

    code = "NOTHING_TO_REFUND"


class IdempotencyConflictError(DomainError):
    """The viewer used the key for the same operation with another input."""

    code = "IDEMPOTENCY_CONFLICT"


class RoomBusyError(DomainError):
    code = "ROOM_BUSY"

    def __init__(self, session: Session) -> None:
        super().__init__(f"session {session.id} is in the room then")
        self.session = session


class OutdatedError(DomainError):
    """Somebody else has changed it meanwhile."""

    code = "OUTDATED"

    def __init__(self, current_version: int) -> None:
        super().__init__(f"it has version {current_version}")
        self.current_version = current_version


class SessionInUseError(DomainError):
    """A customer has reserved seats of it, perhaps long ago."""

    code = "SESSION_IN_USE"


class RoomInUseError(DomainError):
    """It has or had sessions."""

    code = "ROOM_IN_USE"


class MovieInUseError(DomainError):
    """It has sessions to come."""

    code = "MOVIE_IN_USE"


class EmailTakenError(DomainError):
    code = "EMAIL_TAKEN"


class InvalidCredentialsError(DomainError):
    code = "INVALID_CREDENTIALS"


class SignInAgainError(InvalidCredentialsError):
    """A token or code is not valid any more: no person has entered anything wrong."""


class TooManyAtOnceError(Exception):
    """Too many calls wait at this moment; nothing was changed."""


class UnknownCustomerError(Exception):
    """The token's account was deleted; nothing was changed."""


def check_version(stored: int, expected: int | None) -> None:
    """Raises OutdatedError. None: any version."""
    if expected is not None and stored != expected:
        raise OutdatedError(stored)


def raise_if_any(wrong: Sequence[InvalidInputError]) -> None:
    """Raises the first error with the others attached; does nothing without errors."""
    if wrong:
        first, *others = wrong
        first.others = tuple(others)
        raise first

"""Expected refusals, as types that a client can branch on."""

import strawberry

from schema.catalog import Session
from schema.costs import SEATS_IN_A_ROOM, WRONG_FIELDS, cost
from schema.enums import PaymentStatus, ReservationStatus
from schema.seats import SessionSeat


@strawberry.interface(
    description="A refusal. `code` is stable and never translated; `message` is in the"
    " caller's language."
)
class Problem:
    code: str = strawberry.field(description="Stable, for programs.")
    message: str = strawberry.field(description="For people, in their language.")


@strawberry.type(description="What is wrong with one field of the input.")
class FieldError:
    path: list[str] = strawberry.field(description="From the input's own fields down.")
    message: str = strawberry.field(description="For people, in their language.")


@strawberry.type(description="The input cannot be acted on.")
class InvalidInput(Problem):
    fields: list[FieldError] = strawberry.field(
        description="Each field that is wrong.", metadata=cost(items=WRONG_FIELDS)
    )


@strawberry.type(description="It is not there, or not the viewer's to know of.")
class NotFound(Problem): ...


@strawberry.type(description="Somebody has an account with this address already.")
class EmailTaken(Problem): ...


@strawberry.type(description="No account has this address with this password.")
class InvalidCredentials(Problem): ...


@strawberry.type(description="Somebody else has some of the seats; none was held.")
class SeatsUnavailable(Problem):
    seats: list[SessionSeat] = strawberry.field(
        description="Those that are taken, and until when they are held.",
        metadata=cost(items=SEATS_IN_A_ROOM),
    )


@strawberry.type(description="The session has begun: it is not sold any more.")
class SessionClosed(Problem): ...


@strawberry.type(description="More seats than one reservation may have.")
class TooManySeats(Problem):
    limit: int = strawberry.field(description="As many as that are allowed.")


@strawberry.type(description="The hold is over; its seats are back on sale.")
class ReservationExpired(Problem): ...


@strawberry.type(description="The reservation has ended and cannot be cancelled.")
class ReservationClosed(Problem):
    status: ReservationStatus = strawberry.field(description="How it ended.")


@strawberry.type(description="The payment has ended and cannot be approved.")
class PaymentClosed(Problem):
    status: PaymentStatus = strawberry.field(description="How it ended.")


@strawberry.type(description="The idempotency key was used with another input before.")
class IdempotencyConflict(Problem): ...


@strawberry.type(description="Another session is in the room at that time.")
class RoomBusy(Problem):
    conflicting_session: Session = strawberry.field(
        description="The first one that is in the way."
    )

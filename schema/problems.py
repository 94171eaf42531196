"""Expected refusals, as members of result unions."""

from datetime import datetime

import strawberry

from schema.catalog import Session
from schema.costs import SEATS_IN_A_ROOM, SEATS_OF_A_HOLD, WRONG_FIELDS, cost
from schema.enums import PaymentStatus, ReservationStatus
from schema.money import Money
from schema.seats import SessionSeat


@strawberry.interface(
    description="An expected refusal. `code` is stable and never translated;"
    " `message` is in the caller's language."
)
class Problem:
    code: str = strawberry.field(description="Stable code, for programs.")
    message: str = strawberry.field(
        description="Message for people, in the caller's language."
    )


@strawberry.type(description="One invalid field of the input.")
class FieldError:
    path: list[str] = strawberry.field(
        description="Path to the field, from the top of the input."
    )
    message: str = strawberry.field(
        description="Message for people, in the caller's language."
    )


@strawberry.type(description="The input is invalid.")
class InvalidInput(Problem):
    fields: list[FieldError] = strawberry.field(
        description="Every invalid field.", metadata=cost(items=WRONG_FIELDS)
    )


@strawberry.type(description="The object does not exist, or the viewer may not see it.")
class NotFound(Problem): ...


@strawberry.type(
    description="Somebody else changed it meanwhile: it has another version than"
    " `expectedVersion`. Nothing was changed."
)
class Outdated(Problem):
    current_version: int = strawberry.field(description="Its version now.")


@strawberry.type(
    description="It cannot be removed or archived; `message` says why. Nothing was"
    " changed."
)
class InUse(Problem): ...


@strawberry.type(
    description="The code of a mail is unknown, used, expired or another account's."
)
class TokenInvalid(Problem): ...


@strawberry.type(description="Another account has this e-mail address.")
class EmailTaken(Problem): ...


@strawberry.type(description="No account has this e-mail address and password.")
class InvalidCredentials(Problem): ...


@strawberry.type(
    description="Some of the seats are held, sold or blocked. Nothing was changed."
)
class SeatsUnavailable(Problem):
    seats: list[SessionSeat] = strawberry.field(
        description="The seats that cannot be had, with their current state.",
        metadata=cost(items=SEATS_IN_A_ROOM),
    )


@strawberry.type(
    description="The sales of the session have ended, or it is over or cancelled: see"
    " `code`. Nothing was changed."
)
class SessionClosed(Problem): ...


@strawberry.type(
    description="The session does not start at `expectedStartsAt`. No seat was held."
)
class SessionMoved(Problem):
    session: Session = strawberry.field(description="The session as it is now.")


@strawberry.type(description="The seats do not cost `expectedTotal`. No seat was held.")
class PriceChanged(Problem):
    total: Money = strawberry.field(description="The total of the seats now.")


@strawberry.type(
    description="A chosen type of tickets has no price for its seat, or its quota is"
    " exhausted; `message` says which. Nothing was changed."
)
class TicketTypeNotSold(Problem): ...


@strawberry.type(
    description="The call asks for more seats than one reservation may have."
)
class TooManySeats(Problem):
    limit: int = strawberry.field(
        description="Maximum number of seats in a reservation."
    )


@strawberry.type(
    description="The customer would have too many seats of the session, those included"
    " that are held or paid for already. No seat was held."
)
class CustomerLimit(Problem):
    limit: int = strawberry.field(
        description="Maximum number of seats of one session for one customer."
    )


@strawberry.type(
    description="So many seats are not free, or not so close together. No seat was"
    " held."
)
class NotEnoughSeats(Problem):
    available: int = strawberry.field(
        description="Number of free seats in these zones, with these features."
    )
    largest_together: int = strawberry.field(
        description="Maximum number of them side by side."
    )


@strawberry.type(
    description="The seats would leave others alone: free, without a free neighbour. No"
    " seat was held."
)
class OrphanLeft(Problem):
    orphans: list[SessionSeat] = strawberry.field(
        description="The seats that would be left alone.",
        metadata=cost(items=SEATS_OF_A_HOLD),
    )
    better: list[SessionSeat] = strawberry.field(
        description="As many seats that leave none alone, near the wanted ones. Empty"
        " if there are none.",
        metadata=cost(items=SEATS_OF_A_HOLD),
    )


@strawberry.type(description="The hold has expired. The seats are for sale again.")
class ReservationExpired(Problem): ...


@strawberry.type(description="The reservation has ended and cannot be changed.")
class ReservationClosed(Problem):
    status: ReservationStatus = strawberry.field(
        description="Final status of the reservation."
    )


@strawberry.type(
    description="The hold was extended as often as it can be. Pay before it expires."
)
class NoMoreExtensions(Problem): ...


@strawberry.type(description="The payment has ended and cannot be approved.")
class PaymentClosed(Problem):
    status: PaymentStatus = strawberry.field(description="Final status of the payment.")


@strawberry.type(
    description="This payment is made another way: by `approvePayment` if `provider` is"
    " `approve`, else by `startCheckout`. Nothing was changed."
)
class WrongProvider(Problem):
    provider: str = strawberry.field(description="Who takes the money.")


@strawberry.type(
    description="The payment provider does not answer, or refuses. The seats stay held:"
    " the same call goes on with what has begun."
)
class ProviderUnavailable(Problem): ...


@strawberry.type(
    description="The tickets cannot be given back, or not any more; `message` says why."
    " Nothing was changed."
)
class RefundRefused(Problem):
    until: datetime | None = strawberry.field(
        description="Until when customers could give them back, if it is too late."
    )


@strawberry.type(
    description="The idempotency key was used before with a different input."
)
class IdempotencyConflict(Problem): ...


@strawberry.type(description="Another session is in the room at that time.")
class RoomBusy(Problem):
    conflicting_session: Session = strawberry.field(
        description="The first session that overlaps."
    )

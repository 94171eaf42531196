"""Input and results of checking tickets in."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry

from domain.check_ins import MAX_GATE_LENGTH, OLDEST_SCAN
from schema.context import Info
from schema.enums import TicketStatus
from schema.problems import InvalidInput, Problem
from schema.tickets import Ticket


@strawberry.input(description="A scan of a ticket.")
class CheckInInput:
    code: str = strawberry.field(description="What its QR code says.")
    session_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="The session that the gate lets in. Null: any session of the"
        " cinemas where the caller works, until its end.",
    )
    gate: str | None = strawberry.field(
        default=None,
        description="The gate's name, for people: up to"
        f" {MAX_GATE_LENGTH} characters on one line.",
    )
    scanned_at: datetime | None = strawberry.field(
        default=None,
        description="When a gate without a connection has scanned it, by the gate's"
        f" clock: up to {OLDEST_SCAN.days} days ago. Null: now. Of two scans the"
        " earlier one stands.",
    )
    idempotency_key: str | None = strawberry.field(
        default=None,
        description="Another text for each scan. A repeated call with the same key has"
        " the same result, and is no second scan.",
    )


@strawberry.type
class OfTicket:
    """Gates that show nothing of the ticket do not have it read."""

    ticket_id: strawberry.Private[UUID]

    @strawberry.field(description="The ticket.")
    async def ticket(self, info: Info) -> Ticket:
        return Ticket.from_domain(await info.context.loaders.ticket(self.ticket_id))


@strawberry.type(
    description="The ticket is checked in by this scan, now or by an earlier call with"
    " the same key."
)
class CheckedIn(OfTicket): ...


@strawberry.type(description="Another scan has checked the ticket in.")
class AlreadyCheckedIn(OfTicket, Problem):
    at: datetime = strawberry.field(description="When it was scanned.")
    gate: str | None = strawberry.field(description="The name of that gate, if any.")


@strawberry.type(
    description="Nobody may enter with this code: it was given back or transferred, or"
    " it is no code of a ticket in a cinema where the caller works."
)
class TicketNotValid(Problem):
    status: TicketStatus | None = strawberry.field(
        description="What has become of it: VOID if the ticket has another code now."
        " Null if it is not known here."
    )


@strawberry.type(description="The ticket is for another session. Nothing was changed.")
class WrongSession(OfTicket, Problem): ...


@strawberry.type(description="Tickets of the session are not checked in yet.")
class TooEarly(Problem):
    opens_at: datetime = strawberry.field(description="From when on they are.")


CheckInResult = Annotated[
    CheckedIn
    | AlreadyCheckedIn
    | TicketNotValid
    | WrongSession
    | TooEarly
    | InvalidInput,
    strawberry.union(
        "CheckInResult",
        description="The ticket that was checked in, or the reason why not.",
    ),
]

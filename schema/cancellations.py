"""Input and result of cancelling a session."""

from typing import Annotated

import strawberry

from domain import refunds
from schema.catalog import Session
from schema.problems import (
    IdempotencyConflict,
    InvalidInput,
    NotFound,
    SessionClosed,
)


@strawberry.input(description="The session to cancel.")
class CancelSessionInput:
    session_id: strawberry.ID = strawberry.field(description="Id of the session.")
    reason: str = strawberry.field(
        description=f"Why: up to {refunds.MAX_REASON_LENGTH} characters on one line. It"
        " is the reason of each refund."
    )
    idempotency_key: str | None = strawberry.field(
        default=None,
        description="Any text. Calls with the same key can cancel only this session.",
    )


CancelSessionResult = Annotated[
    Session | NotFound | InvalidInput | SessionClosed | IdempotencyConflict,
    strawberry.union(
        "CancelSessionResult",
        description="The CANCELLED session, even if it was cancelled before, or the"
        " reason why it was not cancelled.",
    ),
]

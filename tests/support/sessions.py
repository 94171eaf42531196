"""A session for tests that need no database."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from domain.money import Money
from domain.sessions import Session, SessionStatus

STARTS_AT = datetime(2030, 1, 1, 20, tzinfo=UTC)
SESSION = Session(
    id=UUID(int=1),
    movie_id=UUID(int=2),
    room_id=UUID(int=3),
    starts_at=STARTS_AT,
    ends_at=STARTS_AT + timedelta(hours=2),
    price_per_seat=Money(2500, "BRL"),
    status=SessionStatus.SCHEDULED,
    version=1,
    sales_end_at=STARTS_AT,
)

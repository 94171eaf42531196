"""The filter of the list of sessions."""

from datetime import date as date_
from datetime import datetime

import strawberry

from schema.enums import SessionStatus


@strawberry.input(
    description="Filter for sessions. A session has to match all given fields."
)
class SessionFilter:
    movie_id: strawberry.ID | None = strawberry.field(
        default=None, description="Only sessions of this movie."
    )
    room_id: strawberry.ID | None = strawberry.field(
        default=None, description="Only sessions in this room."
    )
    starts_after: datetime | None = strawberry.field(
        default=None, description="Only sessions that start at this time or later."
    )
    starts_before: datetime | None = strawberry.field(
        default=None, description="Only sessions that start before this time."
    )
    cinema_id: strawberry.ID | None = strawberry.field(
        default=None, description="Only sessions in this cinema."
    )
    date: date_ | None = strawberry.field(
        default=None,
        description="Only sessions that start on this day of the cinema's own clock: a"
        " session at midnight begins the day. Needs `cinemaId`.",
    )
    status: SessionStatus | None = strawberry.field(
        default=None, description="Only sessions in this status."
    )

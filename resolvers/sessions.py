"""Queries for sessions and seat maps, and the live seat map."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from functools import partial
from typing import Annotated
from uuid import UUID

import strawberry

from domain.errors import NotFoundError
from domain.seats import Position
from domain.sessions import SessionStatus
from domain.time_zones import DAY, start_of_day
from persistence.queries.sessions import SessionsWanted
from resolvers.context import Info
from resolvers.faults import bad_user_input, not_found
from resolvers.ids import NO_ROW, parse_id, require_id
from resolvers.paging import connection, window
from schema.catalog import Session
from schema.costs import READING_SEATS, cost
from schema.enums import SessionOrder
from schema.pages import DEFAULT_FIRST, After, Before, Connection, First, Last
from schema.seats import SeatMap, SeatMapUpdate, seat_map_update
from schema.session_filter import SessionFilter

SessionId = Annotated[
    strawberry.ID, strawberry.argument(description="Id of the session.")
]
Filter = Annotated[
    SessionFilter | None,
    strawberry.argument(description="Only sessions that match this filter."),
]
Order = Annotated[
    SessionOrder,
    strawberry.argument(description="Order of the list. Cursors belong to an order."),
]
AfterPosition = Annotated[
    str | None,
    strawberry.argument(
        description="`position` of the last update received. The changes since then"
        " come first."
    ),
]


@strawberry.type
class SessionQueries:
    @strawberry.field(description="One session. Null if it does not exist.")
    async def session(self, info: Info, id: SessionId) -> Session | None:
        key = parse_id(id)
        session = await info.context.loaders.sessions.load(key) if key else None
        return Session.from_domain(session) if session else None

    @strawberry.field(
        description="Sessions ordered by start time, past ones included. With"
        " `order: TO_COME_FIRST` those that can still be booked come first."
    )
    async def sessions(
        self,
        info: Info,
        *,
        first: First = DEFAULT_FIRST,
        after: After = None,
        last: Last = None,
        before: Before = None,
        filter: Filter = None,
        order: Order = SessionOrder.BY_START,
    ) -> Connection[Session]:
        sessions = info.context.services.queries.sessions
        wanted = await sessions_wanted(info, filter or SessionFilter())
        page = sessions.page(
            window(first, after, last, before),
            wanted,
            to_come_first=order is SessionOrder.TO_COME_FIRST,
        )
        return await connection(
            page, Session.from_domain, partial(sessions.count, wanted)
        )

    @strawberry.field(
        description="Current state of the seats of a session. Null if the session"
        " does not exist.",
        metadata=cost(extra=READING_SEATS),
    )
    async def seat_map(self, info: Info, session_id: SessionId) -> SeatMap | None:
        key = parse_id(session_id)
        seat_map = await info.context.loaders.seat_maps.load(key) if key else None
        return SeatMap.from_domain(seat_map) if seat_map else None


@strawberry.type
class SeatSubscriptions:
    @strawberry.subscription(
        description="Live seat map. With `after` it starts with the changes since"
        " that position, or with a full SeatMap if that is cheaper or"
        " safer.",
        metadata=cost(extra=READING_SEATS),
    )
    async def seat_map(
        self, info: Info, session_id: SessionId, after: AfterPosition = None
    ) -> AsyncGenerator[SeatMapUpdate, None]:
        try:
            position = Position.parse(after)
            feed = info.context.services.seat_feed.watch(
                require_id(session_id), position, info.context.wait_for_turn
            )
            async with aclosing(feed) as updates:
                async for update in updates:
                    info.context.start_next_event()
                    yield seat_map_update(update)
        except NotFoundError as error:
            raise not_found() from error


async def sessions_wanted(info: Info, filter: SessionFilter) -> SessionsWanted:
    """Raises FaultError for a day without a cinema."""
    wanted = SessionsWanted(
        movie_id=filter_id(filter.movie_id),
        room_id=filter_id(filter.room_id),
        cinema_id=filter_id(filter.cinema_id),
        status=SessionStatus[filter.status.name] if filter.status else None,
        starts_after=filter.starts_after,
        starts_before=filter.starts_before,
    )
    if filter.date is None:
        return wanted
    if wanted.cinema_id is None:
        raise bad_user_input("date_without_cinema")
    cinema = await info.context.loaders.cinemas.load(wanted.cinema_id)
    if cinema is None:  # then it has no sessions
        return wanted
    start = start_of_day(filter.date, cinema.time_zone)
    end = start_of_day(filter.date + DAY, cinema.time_zone)
    return replace(
        wanted,
        starts_after=max(start, wanted.starts_after or start),
        starts_before=min(end, wanted.starts_before or end),
    )


def filter_id(id: strawberry.ID | None) -> UUID | None:
    """A malformed id matches no row; an omitted one does not filter."""
    return None if id is None else parse_id(id) or NO_ROW

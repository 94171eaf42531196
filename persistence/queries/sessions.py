"""Sessions by start: all of them, or those of a movie."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import RowMapping, Select, func, not_, select, true, union_all
from sqlmodel import col

from domain.sessions import Session, SessionStatus
from persistence.catalog_rows import session_of
from persistence.queries.keyset import Keyset, Page, Window
from persistence.queries.reading import ReadCache, Reader
from persistence.tables import MovieRow, RoomRow, SessionRow

BY_START = Keyset("sessions", col(SessionRow.starts_at), col(SessionRow.id))

# The same moment for the whole statement, since the list is ordered by it.
BEGUN = col(SessionRow.starts_at) <= func.statement_timestamp()
TO_COME = (BEGUN, col(SessionRow.starts_at), col(SessionRow.id))
TO_COME_FIRST = Keyset("sessions.to_come_first", *TO_COME)
OF_MOVIE = Keyset("movie.sessions", *TO_COME)
SESSION = TypeAdapter(Session)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionsWanted:
    """Filters: from `starts_after` on, before `starts_before`. None: no filter."""

    movie_id: UUID | None = None
    room_id: UUID | None = None
    cinema_id: UUID | None = None
    status: SessionStatus | None = None
    starts_after: datetime | None = None
    starts_before: datetime | None = None


class Sessions:
    def __init__(self, reader: Reader, cache: ReadCache) -> None:
        self._reader = reader
        self._cache = cache

    async def page(
        self, window: Window, wanted: SessionsWanted, *, to_come_first: bool = False
    ) -> Page[Session]:
        """Ordered by start, or with the sessions to come first. Raises CursorError."""
        keyset = TO_COME_FIRST if to_come_first else BY_START
        rows = (_to_come_first if to_come_first else keyset.page)(
            _wanted(wanted), window
        )
        read = await self._reader.fetch(rows, await self._cache.since())
        return keyset.page_of(read, window, session_of)

    async def count(self, wanted: SessionsWanted) -> int:
        return await self._reader.count(_wanted(wanted), await self._cache.since())

    async def by_id(self, ids: Sequence[UUID]) -> dict[UUID, Session]:
        read = partial(self._reader.by_id, SessionRow, session_of)
        return await self._cache.by_id("session", ids, SESSION, read)

    async def pages_of_movies(
        self, movie_ids: Sequence[UUID], window: Window
    ) -> dict[UUID, Page[Session]]:
        """The same page of the list of each movie, in one query. Raises CursorError."""
        movies = select(col(MovieRow.id)).where(col(MovieRow.id).in_(movie_ids))
        movie = movies.subquery("movie")
        own = select(SessionRow).where(col(SessionRow.movie_id) == movie.c.id)
        page = OF_MOVIE.page(own, window).lateral("page")
        # A join keeps no order: it is ordered again.
        keys = [page.c[label] for label in ("key_0", "key_1", "key_2")]
        order = OF_MOVIE.order(window, keys)
        rows = select(page).select_from(movie.join(page, true())).order_by(*order)
        shares: defaultdict[UUID, list[RowMapping]] = defaultdict(list)
        for row in await self._reader.fetch(rows, await self._cache.since()):
            shares[row["movie_id"]].append(row)
        return {
            movie_id: OF_MOVIE.page_of(shares[movie_id], window, session_of)
            for movie_id in movie_ids
        }

    async def counts_of_movies(self, movie_ids: Sequence[UUID]) -> dict[UUID, int]:
        """Leaves out the movies without sessions."""
        movie_id = col(SessionRow.movie_id)
        rows = (
            select(movie_id, func.count().label("sessions"))
            .where(movie_id.in_(movie_ids))
            .group_by(movie_id)
        )
        read = await self._reader.fetch(rows, await self._cache.since())
        return {row["movie_id"]: row["sessions"] for row in read}


def _to_come_first(rows: Select[Any], window: Window) -> Select[Any]:
    """TO_COME_FIRST.page, without sorting all sessions that there have ever been.

    No index has this order. But each half of the list is in the order of one.
    """
    halves = [
        TO_COME_FIRST.page(rows.where(half), window)
        .order_by(None)
        .order_by(*BY_START.order(window, TO_COME[1:]))
        for half in (not_(BEGUN), BEGUN)
    ]
    both = union_all(*(select(half.subquery()) for half in halves)).subquery("page")
    keys = [both.c[label] for label in ("key_0", "key_1", "key_2")]
    order = TO_COME_FIRST.order(window, keys)
    return select(both).order_by(*order).limit(window.size + 1)


def _wanted(wanted: SessionsWanted) -> Select[Any]:
    rows = select(SessionRow)
    if wanted.movie_id is not None:
        rows = rows.where(col(SessionRow.movie_id) == wanted.movie_id)
    if wanted.room_id is not None:
        rows = rows.where(col(SessionRow.room_id) == wanted.room_id)
    if wanted.cinema_id is not None:
        own = select(col(RoomRow.id)).where(col(RoomRow.cinema_id) == wanted.cinema_id)
        rows = rows.where(col(SessionRow.room_id).in_(own))
    if wanted.status is not None:
        rows = rows.where(col(SessionRow.status) == wanted.status)
    if wanted.starts_after is not None:
        rows = rows.where(col(SessionRow.starts_at) >= wanted.starts_after)
    if wanted.starts_before is not None:
        rows = rows.where(col(SessionRow.starts_at) < wanted.starts_before)
    return rows

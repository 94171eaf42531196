"""Movies, by title."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, select
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col

from domain.movies import Movie
from persistence.queries.keyset import Keyset, Page, Window
from persistence.queries.reading import count, fetch
from persistence.tables import MovieRow

BY_TITLE = Keyset("movies", col(MovieRow.title), col(MovieRow.id))


class Movies:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def page(self, window: Window, *, search: str = "") -> Page[Movie]:
        """Those whose title holds `search`, in whatever case. Raises CursorError."""
        rows = BY_TITLE.page(_titled(search), window)
        return BY_TITLE.turned(await fetch(self._engine, rows), window, _movie)

    async def count(self, *, search: str = "") -> int:
        return await count(self._engine, _titled(search))

    async def by_id(self, ids: Sequence[UUID]) -> dict[UUID, Movie]:
        rows = select(MovieRow).where(col(MovieRow.id).in_(ids))
        return {row.id: _movie(row) for row in await fetch(self._engine, rows)}


def _titled(search: str) -> Select[Any]:
    rows = select(MovieRow)
    if search:
        rows = rows.where(col(MovieRow.title).icontains(search, autoescape=True))
    return rows


def _movie(row: Row[Any]) -> Movie:
    return Movie(
        id=row.id,
        title=row.title,
        synopsis=row.synopsis,
        duration_minutes=row.duration_minutes,
        genres=tuple(row.genres),
        rating=row.rating,
    )

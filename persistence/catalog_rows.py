"""Rows of the catalog -> values of the domain, whichever client has read them."""

from typing import Any, Protocol

from domain.money import Money
from domain.movies import Movie
from domain.rooms import Room
from domain.sessions import Session


class CatalogRow(Protocol):
    """A record of asyncpg or a mapping of SQLAlchemy, by the names of its columns."""

    def __getitem__(self, name: str, /) -> Any: ...


def movie_of(row: CatalogRow) -> Movie:
    return Movie(
        id=row["id"],
        title=row["title"],
        synopsis=row["synopsis"],
        duration_minutes=row["duration_minutes"],
        genres=tuple(row["genres"]),
        rating=row["rating"],
    )


def room_of(row: CatalogRow) -> Room:
    return Room(id=row["id"], name=row["name"])


def session_of(row: CatalogRow) -> Session:
    return Session(
        id=row["id"],
        movie_id=row["movie_id"],
        room_id=row["room_id"],
        starts_at=row["starts_at"],
        ends_at=row["ends_at"],
        price_per_seat=Money(row["price_minor"], row["currency"]),
    )

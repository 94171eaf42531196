"""Rows of the catalog -> values of the domain, whichever client has read them."""

from typing import Any, Protocol

from domain.cinemas import Cinema
from domain.money import Money
from domain.movies import Movie
from domain.rooms import Room
from domain.seat_plan import PriceZone, Seat, SeatFeature
from domain.sessions import Session, SessionStatus
from domain.ticket_prices import TicketType


class CatalogRow(Protocol):
    """A record of asyncpg or a mapping of SQLAlchemy, by the names of its columns."""

    def __getitem__(self, name: str, /) -> Any: ...


def cinema_of(row: CatalogRow) -> Cinema:
    return Cinema(
        id=row["id"],
        name=row["name"],
        city=row["city"],
        address=row["address"],
        time_zone=row["time_zone"],
        currency=row["currency"],
        sales_minutes_after_start=row["sales_minutes_after_start"],
        companion_release_minutes=row["companion_release_minutes"],
        refund_hours_before_start=row["refund_hours_before_start"],
        version=row["version"],
    )


def movie_of(row: CatalogRow) -> Movie:
    return Movie(
        id=row["id"],
        title=row["title"],
        synopsis=row["synopsis"],
        duration_minutes=row["duration_minutes"],
        genres=tuple(row["genres"]),
        rating=row["rating"],
        version=row["version"],
    )


def room_of(row: CatalogRow) -> Room:
    return Room(
        id=row["id"],
        cinema_id=row["cinema_id"],
        name=row["name"],
        turnaround_minutes=row["turnaround_minutes"],
        version=row["version"],
    )


def seat_of(row: CatalogRow) -> Seat:
    return Seat(
        id=row["id"],
        row=row["row_label"],
        number=row["number"],
        label=row["label"],
        x=row["x"],
        y=row["y"],
        place=row["place"],
        features=tuple(map(SeatFeature, row["features"])),
        zone_id=row["zone_id"],
        out_of_service=row["out_of_service"],
    )


def zone_of(row: CatalogRow, prefix: str = "") -> PriceZone:
    """`prefix`: of the names of its columns, in a row that has others too."""
    return PriceZone(
        id=row[f"{prefix}id"],
        name=row[f"{prefix}name"],
        is_default=row[f"{prefix}is_default"],
    )


def session_of(row: CatalogRow) -> Session:
    return Session(
        id=row["id"],
        movie_id=row["movie_id"],
        room_id=row["room_id"],
        starts_at=row["starts_at"],
        ends_at=row["ends_at"],
        price_per_seat=Money(row["price_minor"], row["currency"]),
        status=SessionStatus(row["status"]),
        version=row["version"],
        sales_end_at=row["sales_end_at"],
    )


def ticket_type_of(row: CatalogRow, prefix: str = "") -> TicketType:
    """`prefix`: as above."""
    return TicketType(
        id=row[f"{prefix}id"],
        name=row[f"{prefix}name"],
        is_default=row[f"{prefix}is_default"],
        proof_required=row[f"{prefix}proof_required"],
        description=row[f"{prefix}description"],
        quota_percent=row[f"{prefix}quota_percent"],
    )

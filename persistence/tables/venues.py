"""Cinemas, their price zones, and their rooms with seats."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    Column,
    Connection,
    Double,
    ForeignKeyConstraint,
    Index,
    Text,
    UniqueConstraint,
    event,
    text,
)
from sqlmodel import Field, SQLModel

from persistence.tables.columns import (
    FIRST_VERSION,
    GROWING_ID,
    KEY,
    NO_KEY,
    NO_TURNAROUND,
    NOW,
    Moment,
    metadata,
)

# The rows of a room from A to Z, then AA: domain.seats.seat_order in SQL. `seat` is the
# table seats.
SEAT_ORDER = 'length(seat.row_label), seat.row_label COLLATE "C", seat.number'

# The cinema of a room that names none, as the programs of the last release write it.
FIRST_CINEMA = """
CREATE FUNCTION first_cinema() RETURNS uuid STABLE LANGUAGE sql AS
'SELECT id FROM cinemas ORDER BY created_at, id LIMIT 1'
"""


class CinemaRow(SQLModel, table=True):
    __tablename__ = "cinemas"
    __table_args__ = (
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency_iso_4217"),
        CheckConstraint("sales_minutes_after_start >= 0", name="sales_not_negative"),
        CheckConstraint(
            "companion_release_minutes >= 0", name="companion_release_not_negative"
        ),
        CheckConstraint("refund_hours_before_start >= 0", name="refund_not_negative"),
        Index("ix_cinemas_by_name_key", "name_key", "id"),
    )

    id: UUID | None = Field(default=None, primary_key=True, sa_column_kwargs=GROWING_ID)
    name: str = Field(sa_type=Text)
    city: str = Field(sa_type=Text)
    address: str = Field(sa_type=Text)
    time_zone: str = Field(sa_type=Text)
    currency: str = Field(sa_type=Text)
    sales_minutes_after_start: int = Field(
        default=0, sa_column_kwargs={"server_default": "0"}
    )
    companion_release_minutes: int = Field(
        default=60, sa_column_kwargs={"server_default": "60"}
    )
    refund_hours_before_start: int = Field(
        default=24, sa_column_kwargs={"server_default": "24"}
    )
    version: int = Field(default=1, sa_column_kwargs=FIRST_VERSION)
    created_at: datetime | None = Field(
        default=None, sa_type=Moment, nullable=False, sa_column_kwargs=NOW
    )
    # Made of name and city.
    name_key: str = Field(default="", sa_type=KEY, sa_column_kwargs=NO_KEY)
    search_key: str = Field(default="", sa_type=KEY, sa_column_kwargs=NO_KEY)
    keyed_name: str | None = Field(default=None, sa_type=Text)


@event.listens_for(metadata.tables["cinemas"], "after_create")
def _create_first_cinema(_target: object, connection: Connection, **_: object) -> None:
    connection.execute(text(FIRST_CINEMA))


class PriceZoneRow(SQLModel, table=True):
    """Seats that cost the same. A trigger adds the default zone of a new cinema."""

    __tablename__ = "price_zones"
    __table_args__ = (
        ForeignKeyConstraint(["cinema_id"], ["cinemas.id"], onupdate="CASCADE"),
        UniqueConstraint("cinema_id", "name_key"),
        Index(
            "uq_price_zones_one_default",
            "cinema_id",
            unique=True,
            postgresql_where=text("is_default"),
        ),
    )

    id: UUID | None = Field(default=None, primary_key=True, sa_column_kwargs=GROWING_ID)
    cinema_id: UUID
    name: str = Field(sa_type=Text)
    name_key: str = Field(sa_type=KEY)
    is_default: bool = Field(
        default=False, sa_column_kwargs={"server_default": text("false")}
    )


class RoomRow(SQLModel, table=True):
    __tablename__ = "rooms"
    __table_args__ = (
        Index("ix_rooms_by_name", "name", "id"),  # of the last release
        Index("ix_rooms_by_name_key", "name_key", "id"),
        CheckConstraint("turnaround_minutes >= 0", name="turnaround_not_negative"),
    )

    id: UUID | None = Field(default=None, primary_key=True, sa_column_kwargs=GROWING_ID)
    name: str = Field(sa_type=Text)
    name_key: str = Field(default="", sa_type=KEY, sa_column_kwargs=NO_KEY)
    keyed_name: str | None = Field(default=None, sa_type=Text)
    cinema_id: UUID | None = Field(
        default=None,
        foreign_key="cinemas.id",
        index=True,
        nullable=False,
        sa_column_kwargs={"server_default": text("first_cinema()")},
    )
    turnaround_minutes: int = Field(default=0, sa_column_kwargs=NO_TURNAROUND)
    version: int = Field(default=1, sa_column_kwargs=FIRST_VERSION)


class SeatRow(SQLModel, table=True):
    __tablename__ = "seats"
    __table_args__ = (
        UniqueConstraint("room_id", "row_label", "number"),
        CheckConstraint("number > 0", name="number_positive"),
        CheckConstraint(
            "least(x, y, place) >= 0 AND greatest(x, y, place) <= 1000",
            name="on_a_screen",
        ),
        Index("uq_seats_one_label", "room_id", "label_key", unique=True),
        Index("uq_seats_one_place", "room_id", "row_label", "place", unique=True),
    )

    id: UUID | None = Field(default=None, primary_key=True, sa_column_kwargs=GROWING_ID)
    room_id: UUID = Field(foreign_key="rooms.id")
    row_label: str = Field(sa_type=Text)
    number: int
    # A trigger fills what programs of the last release leave out.
    label: str | None = Field(default=None, sa_type=Text)
    label_key: str | None = Field(default=None, sa_type=KEY)
    x: float | None = Field(default=None, sa_type=Double)
    y: float | None = Field(default=None, sa_type=Double)
    place: int | None = Field(default=None)
    zone_id: UUID | None = Field(default=None, foreign_key="price_zones.id")
    features: list[str] = Field(
        sa_column=Column(ARRAY(Text), nullable=False, server_default="{}")
    )
    out_of_service: bool = Field(
        default=False, sa_column_kwargs={"server_default": text("false")}
    )

"""Cinemas, movies, rooms with their seats, and sessions."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Column,
    Connection,
    Index,
    Text,
    UniqueConstraint,
    event,
    text,
)
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlmodel import Field, SQLModel

from domain.sessions import SessionStatus
from persistence.tables.columns import GROWING_ID, NOW, Moment, metadata, one_of

# Without an extension GiST cannot compare UUIDs. It can compare ranges of any ordered
# type: from (room, start) to (room, end of the turnaround). The detour through UTC is
# immutable, as an index needs it: `timestamptz + interval` depends on a time zone.
ROOM_PERIOD = """
room_period(
    ROW(room_id, starts_at)::room_moment,
    ROW(room_id, (ends_at AT TIME ZONE 'UTC'
        + make_interval(mins => turnaround_minutes)) AT TIME ZONE 'UTC')::room_moment)
"""
ROOM_PERIOD_TYPES = (
    "CREATE TYPE room_moment AS (room_id uuid, at timestamptz)",
    "CREATE TYPE room_period AS RANGE (subtype = room_moment)",
)


# The rows of a room from A to Z, then AA: domain.seats.seat_order in SQL. `seat` is the
# table seats.
SEAT_ORDER = 'length(seat.row_label), seat.row_label COLLATE "C", seat.number'

# The cinema of a room that names none, as the programs of the last release write it.
FIRST_CINEMA = """
CREATE FUNCTION first_cinema() RETURNS uuid STABLE LANGUAGE sql AS
'SELECT id FROM cinemas ORDER BY created_at, id LIMIT 1'
"""
NO_TURNAROUND = {"server_default": "0"}
FIRST_VERSION = {"server_default": "1"}

# The keys of domain.text are compared by code points, so every database has the same
# order. The programs of the last release write rows without keys. A trigger gives such
# a row a simple key, in lower case. persistence/revisions replaces it: the row shows
# from which text its keys were made.
KEY = Text(collation="C")
NO_KEY = {"server_default": ""}


@event.listens_for(metadata, "before_create")
def _create_types(_target: object, connection: Connection, **_: object) -> None:
    for statement in ROOM_PERIOD_TYPES:
        connection.execute(text(statement))


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


class MovieRow(SQLModel, table=True):
    __tablename__ = "movies"
    __table_args__ = (
        CheckConstraint("duration_minutes > 0", name="duration_positive"),
        Index("ix_movies_by_title", "title", "id"),  # of the last release
        Index("ix_movies_by_title_key", "title_key", "id"),
    )

    id: UUID | None = Field(default=None, primary_key=True, sa_column_kwargs=GROWING_ID)
    title: str = Field(sa_type=Text)
    synopsis: str = Field(sa_type=Text)
    duration_minutes: int
    genres: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    rating: str | None = Field(default=None, sa_type=Text)
    title_key: str = Field(default="", sa_type=KEY, sa_column_kwargs=NO_KEY)
    search_key: str = Field(default="", sa_type=KEY, sa_column_kwargs=NO_KEY)
    keyed_title: str | None = Field(default=None, sa_type=Text)
    version: int = Field(default=1, sa_column_kwargs=FIRST_VERSION)
    archived_at: datetime | None = Field(default=None, sa_type=Moment)


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
    )

    id: UUID | None = Field(default=None, primary_key=True, sa_column_kwargs=GROWING_ID)
    room_id: UUID = Field(foreign_key="rooms.id")
    row_label: str = Field(sa_type=Text)
    number: int


class SessionRow(SQLModel, table=True):
    __tablename__ = "sessions"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        CheckConstraint("price_minor >= 0", name="price_not_negative"),
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency_iso_4217"),
        CheckConstraint("turnaround_minutes >= 0", name="turnaround_not_negative"),
        one_of("status", SessionStatus),
        Index("ix_sessions_by_start", "starts_at", "id"),
        ExcludeConstraint(
            (text(ROOM_PERIOD.strip()), "&&"), name="ex_sessions_one_in_a_room"
        ),
    )

    id: UUID | None = Field(default=None, primary_key=True, sa_column_kwargs=GROWING_ID)
    movie_id: UUID = Field(foreign_key="movies.id", index=True)
    room_id: UUID = Field(foreign_key="rooms.id", index=True)
    starts_at: datetime = Field(sa_type=Moment)
    ends_at: datetime = Field(sa_type=Moment)
    price_minor: int
    currency: str = Field(sa_type=Text)
    status: str = Field(
        default=SessionStatus.SCHEDULED,
        sa_type=Text,
        sa_column_kwargs={"server_default": SessionStatus.SCHEDULED},
    )
    # That of its room, for the exclusion constraint. A trigger copies it.
    turnaround_minutes: int = Field(default=0, sa_column_kwargs=NO_TURNAROUND)
    version: int = Field(default=1, sa_column_kwargs=FIRST_VERSION)


class SessionMoveRow(SQLModel, table=True):
    """The last transaction that changed the start or end of a session.

    It shows what a watcher that resumes has missed.
    """

    __tablename__ = "session_moves"

    session_id: UUID = Field(primary_key=True, foreign_key="sessions.id")
    changed_in: int = Field(sa_type=BigInteger)

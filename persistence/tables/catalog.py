"""Movies and sessions."""

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
    event,
    text,
)
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlmodel import Field, SQLModel

from domain.sessions import OrphanRule, SessionStatus
from persistence.tables.columns import (
    FIRST_VERSION,
    GROWING_ID,
    KEY,
    NO_KEY,
    NO_TURNAROUND,
    Moment,
    metadata,
    one_of,
)

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


@event.listens_for(metadata, "before_create")
def _create_types(_target: object, connection: Connection, **_: object) -> None:
    for statement in ROOM_PERIOD_TYPES:
        connection.execute(text(statement))


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


class SessionRow(SQLModel, table=True):
    __tablename__ = "sessions"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        CheckConstraint("price_minor >= 0", name="price_not_negative"),
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency_iso_4217"),
        CheckConstraint("turnaround_minutes >= 0", name="turnaround_not_negative"),
        one_of("status", SessionStatus),
        one_of("orphan_rule", OrphanRule),
        CheckConstraint(
            "cancelled_at IS NULL OR sales_end_at <= cancelled_at",
            name="cancelled_is_closed",
        ),
        Index("ix_sessions_by_start", "starts_at", "id"),
        ExcludeConstraint(
            (text(ROOM_PERIOD.strip()), "&&"),
            name="ex_sessions_one_in_a_room",
            where=text("cancelled_at IS NULL"),
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
    orphan_rule: str = Field(
        default=OrphanRule.OFF,
        sa_type=Text,
        sa_column_kwargs={"server_default": OrphanRule.OFF},
    )
    # A trigger sets what is missing, and moves it with the start.
    sales_end_at: datetime | None = Field(default=None, sa_type=Moment)
    cancelled_at: datetime | None = Field(default=None, sa_type=Moment)
    cancel_reason: str | None = Field(default=None, sa_type=Text)
    rescheduled_at: datetime | None = Field(default=None, sa_type=Moment)


class SessionMoveRow(SQLModel, table=True):
    """The last transaction that changed the start or end of a session.

    It shows what a watcher that resumes has missed.
    """

    __tablename__ = "session_moves"

    session_id: UUID = Field(primary_key=True, foreign_key="sessions.id")
    changed_in: int = Field(sa_type=BigInteger)

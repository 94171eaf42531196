"""Postgres tables. Rows, not business objects: no behaviour here.

The database itself refuses the impossible: states and amounts are checked, a seat
is sold once per session, and at most one open claim exists for a seat.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Identity,
    Index,
    MetaData,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from domain.payment import PaymentStatus
from domain.people import Role
from domain.reservation import ReservationStatus
from domain.seats import SeatStatus

metadata: MetaData = SQLModel.metadata
metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

GROWING_ID = {"server_default": text("uuidv7()")}  # new index entries stay together
NOW = {"server_default": text("clock_timestamp()")}
Moment = DateTime(timezone=True)


def one_of(column: str, states: type[StrEnum]) -> CheckConstraint:
    """Text with a check, not an enum type: a new state is one small migration."""
    names = ", ".join(f"'{state}'" for state in states)
    return CheckConstraint(f"{column} IN ({names})", name=f"{column}_known")


class AccountRow(SQLModel, table=True):
    __tablename__ = "accounts"
    __table_args__ = (
        one_of("role", Role),
        CheckConstraint("email = lower(email)", name="email_lower"),
    )

    id: UUID | None = Field(default=None, primary_key=True, sa_column_kwargs=GROWING_ID)
    email: str = Field(sa_type=Text, unique=True)
    name: str = Field(sa_type=Text)
    role: str = Field(default=Role.CUSTOMER, sa_type=Text)
    password_hash: str | None = Field(default=None, sa_type=Text)
    created_at: datetime | None = Field(
        default=None, sa_type=Moment, nullable=False, sa_column_kwargs=NOW
    )


class RefreshTokenRow(SQLModel, table=True):
    """Only a hash is kept: who reads the table cannot sign in with it."""

    __tablename__ = "refresh_tokens"

    token_hash: bytes = Field(primary_key=True)
    family_id: UUID = Field(index=True)
    account_id: UUID = Field(foreign_key="accounts.id", index=True, ondelete="CASCADE")
    expires_at: datetime = Field(sa_type=Moment)
    used_at: datetime | None = Field(default=None, sa_type=Moment)


class MovieRow(SQLModel, table=True):
    __tablename__ = "movies"
    __table_args__ = (
        CheckConstraint("duration_minutes > 0", name="duration_positive"),
        Index("ix_movies_by_title", "title", "id"),
    )

    id: UUID | None = Field(default=None, primary_key=True, sa_column_kwargs=GROWING_ID)
    title: str = Field(sa_type=Text)
    synopsis: str = Field(sa_type=Text)
    duration_minutes: int
    genres: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    rating: str | None = Field(default=None, sa_type=Text)


class RoomRow(SQLModel, table=True):
    __tablename__ = "rooms"
    __table_args__ = (Index("ix_rooms_by_name", "name", "id"),)

    id: UUID | None = Field(default=None, primary_key=True, sa_column_kwargs=GROWING_ID)
    name: str = Field(sa_type=Text)


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
        Index("ix_sessions_by_start", "starts_at", "id"),
    )

    id: UUID | None = Field(default=None, primary_key=True, sa_column_kwargs=GROWING_ID)
    movie_id: UUID = Field(foreign_key="movies.id", index=True)
    room_id: UUID = Field(foreign_key="rooms.id", index=True)
    starts_at: datetime = Field(sa_type=Moment)
    ends_at: datetime = Field(sa_type=Moment)
    price_minor: int
    currency: str = Field(sa_type=Text)


class ReservationRow(SQLModel, table=True):
    __tablename__ = "reservations"
    __table_args__ = (
        one_of("status", ReservationStatus),
        CheckConstraint("amount_minor >= 0", name="amount_not_negative"),
        CheckConstraint("expires_at > created_at", name="expires_later"),
        Index("ix_reservations_of_customer", "customer_id", "created_at", "id"),
        Index(
            "ix_reservations_due",
            "expires_at",
            postgresql_where=text("status = 'PENDING'"),
        ),
    )

    id: UUID | None = Field(default=None, primary_key=True, sa_column_kwargs=GROWING_ID)
    session_id: UUID = Field(foreign_key="sessions.id", index=True)
    customer_id: UUID = Field(foreign_key="accounts.id")
    status: str = Field(sa_type=Text)
    amount_minor: int
    currency: str = Field(sa_type=Text)
    created_at: datetime = Field(sa_type=Moment)
    expires_at: datetime = Field(sa_type=Moment)


class SessionSeatRow(SQLModel, table=True):
    """One row per seat and session, changed in place by guarded updates: the truth."""

    __tablename__ = "session_seats"
    __table_args__ = (
        UniqueConstraint("session_id", "seat_id"),
        one_of("status", SeatStatus),
        CheckConstraint(
            "(status = 'AVAILABLE') = (reservation_id IS NULL)", name="taken_by_one"
        ),
        CheckConstraint(
            "(status = 'HELD') = (held_until IS NOT NULL)", name="held_has_an_end"
        ),
        CheckConstraint("version > 0", name="version_positive"),
    )

    id: UUID | None = Field(default=None, primary_key=True, sa_column_kwargs=GROWING_ID)
    session_id: UUID = Field(foreign_key="sessions.id")
    seat_id: UUID = Field(foreign_key="seats.id")
    status: str = Field(default=SeatStatus.AVAILABLE, sa_type=Text)
    # Not indexed, so that changes stay heap-only: claims lead from a reservation here.
    reservation_id: UUID | None = Field(default=None, foreign_key="reservations.id")
    held_until: datetime | None = Field(default=None, sa_type=Moment)
    version: int = Field(default=1)
    # The transaction that changed the row last: what a resuming watcher missed.
    changed_in: int = Field(
        default=0,
        sa_column=Column(
            BigInteger,
            nullable=False,
            server_default=text("pg_current_xact_id()::text::bigint"),
        ),
    )


class ClaimRow(SQLModel, table=True):
    """Which seats a reservation took; open until it gives them back."""

    __tablename__ = "claims"
    __table_args__ = (
        Index(
            "uq_claims_one_open",
            "session_seat_id",
            unique=True,
            postgresql_where=text("released_at IS NULL"),
        ),
    )

    reservation_id: UUID = Field(primary_key=True, foreign_key="reservations.id")
    session_seat_id: UUID = Field(primary_key=True, foreign_key="session_seats.id")
    released_at: datetime | None = Field(default=None, sa_type=Moment)


class PaymentRow(SQLModel, table=True):
    __tablename__ = "payments"
    __table_args__ = (
        one_of("status", PaymentStatus),
        CheckConstraint("amount_minor >= 0", name="amount_not_negative"),
        CheckConstraint(
            "(status = 'APPROVED') = (approved_at IS NOT NULL)", name="approved_when"
        ),
    )

    id: UUID | None = Field(default=None, primary_key=True, sa_column_kwargs=GROWING_ID)
    reservation_id: UUID = Field(foreign_key="reservations.id", unique=True)
    status: str = Field(sa_type=Text)
    amount_minor: int
    currency: str = Field(sa_type=Text)
    created_at: datetime = Field(sa_type=Moment)
    approved_at: datetime | None = Field(default=None, sa_type=Moment)


class IdempotencyKeyRow(SQLModel, table=True):
    """What a viewer's key stands for; the answer is read again from `result_id`."""

    __tablename__ = "idempotency_keys"

    account_id: UUID = Field(primary_key=True, foreign_key="accounts.id")
    operation: str = Field(primary_key=True, sa_type=Text)
    key: str = Field(primary_key=True, sa_type=Text)
    input_hash: bytes
    result_id: UUID
    created_at: datetime | None = Field(
        default=None, sa_type=Moment, nullable=False, sa_column_kwargs=NOW
    )


class OutboxRow(SQLModel, table=True):
    """An event that its consumers have not all confirmed yet.

    It goes when `awaiting` is empty, not when the broker has it: a broker that comes
    back empty takes nothing along.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_unsent", "position", postgresql_where=text("sends = 0")),
        Index("ix_outbox_resend", "send_after", postgresql_where=text("sends > 0")),
    )

    position: int | None = Field(
        default=None, sa_column=Column(BigInteger, Identity(), primary_key=True)
    )
    id: UUID | None = Field(
        default=None, unique=True, nullable=False, sa_column_kwargs=GROWING_ID
    )
    topic: str = Field(sa_type=Text)
    type: str = Field(sa_type=Text)
    session_id: UUID
    data: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    awaiting: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    created_at: datetime | None = Field(
        default=None, sa_type=Moment, nullable=False, sa_column_kwargs=NOW
    )
    sends: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    send_after: datetime | None = Field(default=None, sa_type=Moment)


class RelayLeaseRow(SQLModel, table=True):
    """The one relay at work, until when; the database's clock judges."""

    __tablename__ = "relay_lease"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: int = Field(primary_key=True)
    holder: UUID
    held_until: datetime = Field(sa_type=Moment)

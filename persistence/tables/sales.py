"""Seats on sale, reservations, payments and idempotency keys."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Index,
    Text,
    UniqueConstraint,
    text,
)
from sqlmodel import Field, SQLModel

from domain.attempts import PaymentOutcome
from domain.payment import PaymentStatus
from domain.reservation import ReservationStatus
from domain.seats import SeatStatus
from persistence.tables.columns import GROWING_ID, NO_AMOUNT, NOW, Moment, one_of

# A refunded payment is APPROVED here, with how much of it was refunded.
STORED_STATUSES = [
    status for status in PaymentStatus if not status.endswith("REFUNDED")
]


class ReservationRow(SQLModel, table=True):
    __tablename__ = "reservations"
    __table_args__ = (
        one_of("status", ReservationStatus),
        CheckConstraint("amount_minor >= 0", name="amount_not_negative"),
        CheckConstraint("expires_at > created_at", name="expires_later"),
        CheckConstraint("extensions >= 0", name="extensions_not_negative"),
        Index("ix_reservations_of_customer", "customer_id", "created_at", "id"),
        Index("ix_reservations_in_session", "session_id", "customer_id"),
        Index(
            "ix_reservations_due",
            "expires_at",
            postgresql_where=text("status = 'PENDING'"),
        ),
    )

    id: UUID | None = Field(default=None, primary_key=True, sa_column_kwargs=GROWING_ID)
    session_id: UUID = Field(foreign_key="sessions.id")
    customer_id: UUID = Field(foreign_key="accounts.id")
    status: str = Field(sa_type=Text)
    amount_minor: int
    currency: str = Field(sa_type=Text)
    created_at: datetime = Field(sa_type=Moment)
    expires_at: datetime = Field(sa_type=Moment)
    extensions: int = Field(default=0, sa_column_kwargs={"server_default": "0"})


class SessionSeatRow(SQLModel, table=True):
    """One row per seat and session, changed in place by guarded updates: it decides."""

    __tablename__ = "session_seats"
    __table_args__ = (
        UniqueConstraint("session_id", "seat_id"),
        one_of("status", SeatStatus),
        CheckConstraint(
            "(status IN ('AVAILABLE', 'BLOCKED')) = (reservation_id IS NULL)",
            name="taken_by_one",
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
    # Not indexed, so that updates stay heap-only: claims lead from a reservation here.
    reservation_id: UUID | None = Field(default=None, foreign_key="reservations.id")
    held_until: datetime | None = Field(default=None, sa_type=Moment)
    version: int = Field(default=1)
    # The price zone that the seat had when it went on sale here. A trigger fills it for
    # programs of the last release. NULL: the session has moved to a room without it.
    zone_id: UUID | None = Field(default=None)
    # What the default type costs here. NULL: as much as the session says.
    price_minor: int | None = Field(default=None)
    # The last transaction that changed the row: what a resuming watcher has missed.
    changed_in: int = Field(
        default=0,
        sa_column=Column(
            BigInteger,
            nullable=False,
            server_default=text("pg_current_xact_id()::text::bigint"),
        ),
    )


class SeatBlockRow(SQLModel, table=True):
    """Why a seat is blocked, and by whom. A seat without a row was never on sale."""

    __tablename__ = "seat_blocks"

    session_seat_id: UUID = Field(primary_key=True, foreign_key="session_seats.id")
    reason: str = Field(sa_type=Text)
    blocked_by: UUID = Field(foreign_key="accounts.id")
    blocked_at: datetime | None = Field(
        default=None, sa_type=Moment, nullable=False, sa_column_kwargs=NOW
    )


class ClaimRow(SQLModel, table=True):
    """A seat that a reservation took, and its ticket; open until it is given back.

    The type is NULL in rows of programs that know none: it is the default type. It is
    no foreign key, because all holds would lock its one row. Types stay for good. Price
    and version are NULL in rows of release 0.1.0: see state_sql. Nor is the holder one:
    each hold would look for it, and accounts stay for good, too.
    """

    __tablename__ = "claims"
    __table_args__ = (
        Index(
            "uq_claims_one_open",
            "session_seat_id",
            unique=True,
            postgresql_where=text("released_at IS NULL"),
        ),
        Index("uq_claims_id", "id", unique=True),
        Index(
            "ix_claims_of_holder",
            "holder_id",
            postgresql_where=text("holder_id IS NOT NULL"),
        ),
        CheckConstraint("generation > 0", name="generation_positive"),
        CheckConstraint(
            "used_at IS NOT NULL OR used_gate IS NULL AND used_scan IS NULL",
            name="used_when",
        ),
    )

    reservation_id: UUID = Field(primary_key=True, foreign_key="reservations.id")
    session_seat_id: UUID = Field(primary_key=True, foreign_key="session_seats.id")
    released_at: datetime | None = Field(default=None, sa_type=Moment)
    price_minor: int | None = Field(default=None)
    id: UUID | None = Field(default=None, nullable=False, sa_column_kwargs=GROWING_ID)
    ticket_type_id: UUID | None = Field(default=None)
    released_version: int | None = Field(default=None)  # of the seat, once it is free
    refund_id: UUID | None = Field(default=None, foreign_key="refunds.id")
    # Codes of an earlier one are void: a refund and a transfer raise it.
    generation: int = Field(default=1, sa_column_kwargs={"server_default": "1"})
    # Who has the ticket since a transfer. NULL: the customer of the reservation.
    holder_id: UUID | None = Field(default=None)
    used_at: datetime | None = Field(default=None, sa_type=Moment)
    used_gate: str | None = Field(default=None, sa_type=Text)
    used_scan: str | None = Field(default=None, sa_type=Text)  # names it, for repeats
    # The last transaction whose change a gate has to know. NULL: none.
    changed_in: int | None = Field(default=None, sa_type=BigInteger)


class TicketOfferRow(SQLModel, table=True):
    """The last offer of a ticket to another person. Only the token's hash is stored.

    It counts while the ticket has this generation. It stays once it is accepted: who
    had no answer asks again.
    """

    __tablename__ = "ticket_offers"

    ticket_id: UUID = Field(primary_key=True)  # a claim, which stays for good
    token_hash: bytes = Field(unique=True)
    generation: int
    offered_by: UUID = Field(foreign_key="accounts.id", index=True)
    accepted_by: UUID | None = Field(default=None)
    expires_at: datetime = Field(sa_type=Moment, index=True)


class PaymentRow(SQLModel, table=True):
    __tablename__ = "payments"
    __table_args__ = (
        one_of("status", STORED_STATUSES),
        CheckConstraint("amount_minor >= 0", name="amount_not_negative"),
        CheckConstraint(
            "(status = 'APPROVED') = (approved_at IS NOT NULL)", name="approved_when"
        ),
        one_of("outcome", PaymentOutcome),
        CheckConstraint(
            "refunded_minor BETWEEN 0 AND amount_minor", name="refunded_within_amount"
        ),
    )

    id: UUID | None = Field(default=None, primary_key=True, sa_column_kwargs=GROWING_ID)
    reservation_id: UUID = Field(foreign_key="reservations.id", unique=True)
    status: str = Field(sa_type=Text)
    amount_minor: int
    currency: str = Field(sa_type=Text)
    created_at: datetime = Field(sa_type=Moment)
    approved_at: datetime | None = Field(default=None, sa_type=Moment)
    # That of its first attempt. NULL: without one.
    provider: str | None = Field(default=None, sa_type=Text)
    outcome: str | None = Field(default=None, sa_type=Text)
    refunded_minor: int = Field(default=0, sa_column_kwargs=NO_AMOUNT)


class IdempotencyKeyRow(SQLModel, table=True):
    """The use of a key; `result_id` is the reservation or payment that was changed."""

    __tablename__ = "idempotency_keys"

    account_id: UUID = Field(primary_key=True, foreign_key="accounts.id")
    operation: str = Field(primary_key=True, sa_type=Text)
    key: str = Field(primary_key=True, sa_type=Text)
    input_hash: bytes
    result_id: UUID
    created_at: datetime | None = Field(
        default=None, sa_type=Moment, nullable=False, sa_column_kwargs=NOW
    )

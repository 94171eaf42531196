"""Attempts to pay through a provider, calls to it, its events, and refunds.

domain/attempts.py has the words.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from domain.attempts import (
    AttemptStatus,
    Flag,
    IfLate,
    Operation,
    PaymentOutcome,
    RefundStatus,
)
from persistence.tables.columns import GROWING_ID, NO_AMOUNT, NOW, Moment, one_of


class PaymentAttemptRow(SQLModel, table=True):
    """The outcome goes once from NULL to its value."""

    __tablename__ = "payment_attempts"
    __table_args__ = (
        one_of("status", AttemptStatus),
        one_of("outcome", PaymentOutcome),
        one_of("if_late", IfLate),
        one_of("flag", Flag),
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        CheckConstraint(
            # What is captured soon may be given back already.
            "refunded_minor BETWEEN 0 AND greatest(amount_minor, captured_minor)",
            name="refunded_within_amount",
        ),
        CheckConstraint(
            "(outcome IS NULL) = (settled_at IS NULL)", name="settled_when"
        ),
        UniqueConstraint("provider", "provider_ref"),
        Index("ix_payment_attempts_of_payment", "payment_id", "created_at"),
        Index(
            "uq_payment_attempts_one_open",
            "payment_id",
            unique=True,
            postgresql_where=text("outcome IS NULL"),
        ),
        Index(
            "uq_payment_attempts_one_sale",
            "payment_id",
            unique=True,
            postgresql_where=text("outcome IN ('SOLD', 'RESEATED')"),
        ),
        Index(
            "ix_payment_attempts_due",
            "due_at",
            postgresql_where=text("due_at IS NOT NULL"),
        ),
    )

    id: UUID | None = Field(default=None, primary_key=True, sa_column_kwargs=GROWING_ID)
    payment_id: UUID = Field(foreign_key="payments.id")
    reservation_id: UUID = Field(foreign_key="reservations.id")
    provider: str = Field(sa_type=Text)
    provider_ref: str | None = Field(default=None, sa_type=Text)
    charge_ref: str | None = Field(default=None, sa_type=Text)
    amount_minor: int
    currency: str = Field(sa_type=Text)
    if_late: str = Field(sa_type=Text)
    return_url: str = Field(sa_type=Text)
    status: str = Field(sa_type=Text)
    outcome: str | None = Field(default=None, sa_type=Text)
    captured_minor: int = Field(default=0, sa_column_kwargs=NO_AMOUNT)
    refunded_minor: int = Field(default=0, sa_column_kwargs=NO_AMOUNT)
    flag: str | None = Field(default=None, sa_type=Text)
    checkout_url: str | None = Field(default=None, sa_type=Text)
    client_secret: str | None = Field(default=None, sa_type=Text)
    created_at: datetime = Field(sa_type=Moment)
    expires_at: datetime = Field(sa_type=Moment)
    # When the settler looks again. NULL: nothing is left to do.
    due_at: datetime | None = Field(default=None, sa_type=Moment)
    tries: int = Field(default=0, sa_column_kwargs=NO_AMOUNT)
    settled_at: datetime | None = Field(default=None, sa_type=Moment)


class RefundRow(SQLModel, table=True):
    """Money that goes back. Without an attempt there is none to move."""

    __tablename__ = "refunds"
    __table_args__ = (
        one_of("status", RefundStatus),
        CheckConstraint("amount_minor >= 0", name="amount_not_negative"),
        Index("ix_refunds_of_payment", "payment_id", "created_at"),
    )

    id: UUID | None = Field(default=None, primary_key=True, sa_column_kwargs=GROWING_ID)
    payment_id: UUID = Field(foreign_key="payments.id")
    attempt_id: UUID | None = Field(default=None, foreign_key="payment_attempts.id")
    amount_minor: int
    currency: str = Field(sa_type=Text)
    status: str = Field(sa_type=Text)
    reason: str = Field(sa_type=Text)
    requested_by: UUID | None = Field(default=None, foreign_key="accounts.id")
    created_at: datetime | None = Field(
        default=None, sa_type=Moment, nullable=False, sa_column_kwargs=NOW
    )
    provider_ref: str | None = Field(default=None, sa_type=Text, unique=True)
    settled_at: datetime | None = Field(default=None, sa_type=Moment)
    # A FAILED one that was sent again is that refund now.
    repeated_as: UUID | None = Field(default=None, foreign_key="refunds.id")


class PaymentEffectRow(SQLModel, table=True):
    """A call to the provider that has to happen: the outbox of money."""

    __tablename__ = "payment_effects"
    __table_args__ = (
        one_of("operation", Operation),
        CheckConstraint(
            "(operation = 'REFUND') = (refund_id IS NOT NULL)", name="refund_of_one"
        ),
        CheckConstraint(
            "due_at IS NULL OR (done_at IS NULL AND failed_at IS NULL)",
            name="over_is_not_due",
        ),
        UniqueConstraint(
            "attempt_id", "operation", "refund_id", postgresql_nulls_not_distinct=True
        ),
        Index(
            "ix_payment_effects_due",
            "due_at",
            postgresql_where=text("due_at IS NOT NULL"),
        ),
    )

    id: UUID | None = Field(default=None, primary_key=True, sa_column_kwargs=GROWING_ID)
    attempt_id: UUID = Field(foreign_key="payment_attempts.id")
    operation: str = Field(sa_type=Text)
    refund_id: UUID | None = Field(default=None, foreign_key="refunds.id")
    amount_minor: int
    created_at: datetime | None = Field(
        default=None, sa_type=Moment, nullable=False, sa_column_kwargs=NOW
    )
    tries: int = Field(default=0, sa_column_kwargs=NO_AMOUNT)
    # NULL: done, or failed for good.
    due_at: datetime | None = Field(default=None, sa_type=Moment)
    done_at: datetime | None = Field(default=None, sa_type=Moment)
    failed_at: datetime | None = Field(default=None, sa_type=Moment)
    error: str | None = Field(default=None, sa_type=Text)


class ProviderEventRow(SQLModel, table=True):
    """That an event came, so that it is handled once. Its body is not kept."""

    __tablename__ = "provider_events"
    __table_args__ = (Index("ix_provider_events_received", "received_at"),)

    provider: str = Field(primary_key=True, sa_type=Text)
    event_id: str = Field(primary_key=True, sa_type=Text)
    type: str = Field(sa_type=Text)
    attempt_id: UUID | None = Field(default=None, foreign_key="payment_attempts.id")
    received_at: datetime | None = Field(
        default=None, sa_type=Moment, nullable=False, sa_column_kwargs=NOW
    )

"""Events that are not confirmed yet, and the lease of the relay that sends them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Column,
    Identity,
    Index,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from persistence.tables.columns import GROWING_ID, NOW, Moment


class OutboxRow(SQLModel, table=True):
    """An event that its consumers have not all confirmed yet.

    It is deleted when `awaiting` is empty, not when the broker has it: a broker that
    loses its data loses no event.
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
    # Of the request that caused it, so that logs and traces can be followed.
    request_id: str | None = Field(default=None, sa_type=Text)
    trace_parent: str | None = Field(default=None, sa_type=Text)
    created_at: datetime | None = Field(
        default=None, sa_type=Moment, nullable=False, sa_column_kwargs=NOW
    )
    sends: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    send_after: datetime | None = Field(default=None, sa_type=Moment)


class RelayLeaseRow(SQLModel, table=True):
    """Which relay may send, and until when, by the database's clock."""

    __tablename__ = "relay_lease"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: int = Field(primary_key=True)
    holder: UUID
    held_until: datetime = Field(sa_type=Moment)

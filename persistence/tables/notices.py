"""Events that somebody is sent a mail about."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from persistence.tables.columns import NO_AMOUNT, NOW, Moment, one_of


class NoticeResult(StrEnum):
    SENT = "sent"
    REFUSED = "refused"
    UNSENT = "unsent"
    FAILED = "failed"


class NoticeRow(SQLModel, table=True):
    """One for each event, so that no event is sent twice. Nobody is named."""

    __tablename__ = "notices"
    __table_args__ = (
        one_of("result", NoticeResult),
        CheckConstraint("due_at IS NULL OR result IS NULL", name="over_is_not_due"),
        Index("ix_notices_due", "due_at", postgresql_where=text("due_at IS NOT NULL")),
        Index(
            "ix_notices_announced",
            text("(data ->> 'account_id')"),
            postgresql_where=text("result IS NULL AND type = 'EmailChangeAnnounced'"),
        ),
    )

    event_id: UUID = Field(primary_key=True)
    type: str | None = Field(default=None, sa_type=Text)
    data: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
    caused_at: datetime | None = Field(default=None, sa_type=Moment)
    request_id: str | None = Field(default=None, sa_type=Text)
    # When a worker tries, or tries again if the last one was killed. NULL: it is over.
    due_at: datetime | None = Field(default=None, sa_type=Moment)
    tries: int = Field(default=0, sa_column_kwargs=NO_AMOUNT)
    result: str | None = Field(default=None, sa_type=Text)
    error: str | None = Field(default=None, sa_type=Text)
    sent_at: datetime | None = Field(default=None, sa_type=Moment)
    created_at: datetime | None = Field(
        default=None, sa_type=Moment, nullable=False, index=True, sa_column_kwargs=NOW
    )

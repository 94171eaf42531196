"""Events that were sent as a mail, or are being sent."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field, SQLModel

from persistence.tables.columns import NOW, Moment


class NoticeRow(SQLModel, table=True):
    """One for each event, so that no event is sent twice. Nobody is named."""

    __tablename__ = "notices"

    event_id: UUID = Field(primary_key=True)
    # Until then nobody else tries to send it.
    claimed_until: datetime = Field(sa_type=Moment)
    sent_at: datetime | None = Field(default=None, sa_type=Moment)
    created_at: datetime | None = Field(
        default=None, sa_type=Moment, nullable=False, index=True, sa_column_kwargs=NOW
    )

"""Ticket types and what they cost."""

from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text, text
from sqlmodel import Field, SQLModel

from persistence.tables.columns import GROWING_ID


class TicketTypeRow(SQLModel, table=True):
    """Never deleted: tickets and prices refer to it, some of them without a key."""

    __tablename__ = "ticket_types"
    __table_args__ = (
        CheckConstraint("quota_percent BETWEEN 0 AND 100", name="quota_is_a_share"),
        CheckConstraint(
            "NOT (is_default AND quota_percent IS NOT NULL)",
            name="default_without_quota",
        ),
        Index(
            "uq_ticket_types_one_default",
            "is_default",
            unique=True,
            postgresql_where=text("is_default"),
        ),
    )

    id: UUID | None = Field(default=None, primary_key=True, sa_column_kwargs=GROWING_ID)
    name: str = Field(sa_type=Text, unique=True)
    is_default: bool = Field(
        default=False, sa_column_kwargs={"server_default": text("false")}
    )
    proof_required: bool = Field(
        default=False, sa_column_kwargs={"server_default": text("false")}
    )
    description: str | None = Field(default=None, sa_type=Text)
    quota_percent: int | None = Field(default=None)

"""Ticket types, what they cost, and how many of them a session has."""

from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    Text,
    UniqueConstraint,
    text,
)
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


class PriceCardRow(SQLModel, table=True):
    __tablename__ = "price_cards"
    __table_args__ = (
        ForeignKeyConstraint(["cinema_id"], ["cinemas.id"], onupdate="CASCADE"),
        UniqueConstraint("cinema_id", "name"),
    )

    id: UUID | None = Field(default=None, primary_key=True, sa_column_kwargs=GROWING_ID)
    cinema_id: UUID
    name: str = Field(sa_type=Text)
    version: int = Field(default=1, sa_column_kwargs={"server_default": "1"})


class CardPriceRow(SQLModel, table=True):
    __tablename__ = "card_prices"
    __table_args__ = (CheckConstraint("amount_minor >= 0", name="amount_not_negative"),)

    card_id: UUID = Field(primary_key=True, foreign_key="price_cards.id")
    zone_id: UUID = Field(primary_key=True, foreign_key="price_zones.id")
    ticket_type_id: UUID = Field(primary_key=True, foreign_key="ticket_types.id")
    amount_minor: int


class SessionPriceRow(SQLModel, table=True):
    """A session's own copy of its card. A session with one price has none.

    The prices of the default type are those of its seats, too: in the locked row of a
    seat, a statement that has waited sees the present price.
    """

    __tablename__ = "session_prices"
    __table_args__ = (CheckConstraint("amount_minor >= 0", name="amount_not_negative"),)

    session_id: UUID = Field(primary_key=True, foreign_key="sessions.id")
    zone_id: UUID = Field(primary_key=True, foreign_key="price_zones.id")
    ticket_type_id: UUID = Field(primary_key=True, foreign_key="ticket_types.id")
    amount_minor: int


class TicketQuotaRow(SQLModel, table=True):
    """How many seats of a session are held or sold with a type, and may be.

    Only for types with a quota: others have no row that their holds would share.
    """

    __tablename__ = "ticket_quotas"
    __table_args__ = (
        CheckConstraint(
            "seats_taken >= 0 AND seats_taken <= seats_limit", name="within_limit"
        ),
    )

    session_id: UUID = Field(primary_key=True, foreign_key="sessions.id")
    ticket_type_id: UUID = Field(primary_key=True, foreign_key="ticket_types.id")
    seats_limit: int
    seats_taken: int = Field(default=0, sa_column_kwargs={"server_default": "0"})

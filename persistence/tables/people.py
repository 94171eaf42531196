"""Accounts, their identities, and the tokens that clients and mails have."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text, text
from sqlmodel import Field, SQLModel

from domain.account import ENGLISH
from domain.account_tokens import TokenPurpose
from domain.people import Role
from persistence.tables.columns import GROWING_ID, NOW, Moment, one_of

IS_FALSE = {"server_default": text("false")}
IS_ENGLISH = {"server_default": ENGLISH}


class AccountRow(SQLModel, table=True):
    __tablename__ = "accounts"
    __table_args__ = (
        one_of("role", Role),
        CheckConstraint("email = lower(email)", name="email_lower"),
        Index("ix_accounts_email_key", "email_key", unique=True),
    )

    id: UUID | None = Field(default=None, primary_key=True, sa_column_kwargs=GROWING_ID)
    email: str = Field(sa_type=Text, unique=True)
    # Equal for all spellings of an address. None: only the exact spelling finds it.
    email_key: str | None = Field(default=None, sa_type=Text(collation="C"))
    name: str = Field(sa_type=Text)
    role: str = Field(default=Role.CUSTOMER, sa_type=Text)
    # In the cinemas of its memberships only. A manager who does not work locally
    # manages the whole network, as all did before there were memberships.
    works_locally: bool = Field(default=False, sa_column_kwargs=IS_FALSE)
    password_hash: str | None = Field(default=None, sa_type=Text)
    # Set by an identity provider that has verified the address, or by a token that was
    # sent to it.
    email_verified_at: datetime | None = Field(default=None, sa_type=Moment)
    # Of the mails.
    locale: str = Field(default=ENGLISH, sa_type=Text, sa_column_kwargs=IS_ENGLISH)
    created_at: datetime | None = Field(
        default=None, sa_type=Moment, nullable=False, sa_column_kwargs=NOW
    )
    # Since then it is nobody's: names and addresses are gone, and sales refer to it.
    erased_at: datetime | None = Field(default=None, sa_type=Moment)


class MembershipRow(SQLModel, table=True):
    """A cinema in which somebody works, in the role of the account."""

    __tablename__ = "memberships"

    account_id: UUID = Field(
        primary_key=True, foreign_key="accounts.id", ondelete="CASCADE"
    )
    cinema_id: UUID = Field(primary_key=True, foreign_key="cinemas.id", index=True)


class RefreshTokenRow(SQLModel, table=True):
    """Only the hash is stored: a reader of the table cannot sign in with it."""

    __tablename__ = "refresh_tokens"
    __table_args__ = (
        Index(
            "ix_refresh_tokens_with_successor",
            "used_at",
            postgresql_where=text("successor IS NOT NULL"),
        ),
    )

    token_hash: bytes = Field(primary_key=True)
    family_id: UUID = Field(index=True)
    account_id: UUID = Field(foreign_key="accounts.id", index=True, ondelete="CASCADE")
    expires_at: datetime = Field(sa_type=Moment)
    used_at: datetime | None = Field(default=None, sa_type=Moment)
    # Of the family, as its first token has it. NULL in rows of the last release.
    device_name: str | None = Field(default=None, sa_type=Text)
    signed_in_at: datetime | None = Field(default=None, sa_type=Moment)
    # For the client's other tabs; see domain/sealed_successors.py.
    successor: bytes | None = None


class SignInNetworkRow(SQLModel, table=True):
    """A network from which an account signed in. Only its hash is stored."""

    __tablename__ = "sign_in_networks"

    account_id: UUID = Field(
        primary_key=True, foreign_key="accounts.id", ondelete="CASCADE"
    )
    network_hash: bytes = Field(primary_key=True)
    seen_at: datetime | None = Field(
        default=None,
        sa_type=Moment,
        nullable=False,
        index=True,
        sa_column_kwargs=NOW,
    )


class IdentityRow(SQLModel, table=True):
    """An account as an identity provider knows it."""

    __tablename__ = "identities"

    issuer: str = Field(primary_key=True, sa_type=Text)
    subject: str = Field(primary_key=True, sa_type=Text)
    account_id: UUID = Field(foreign_key="accounts.id", index=True, ondelete="CASCADE")
    created_at: datetime | None = Field(
        default=None, sa_type=Moment, nullable=False, sa_column_kwargs=NOW
    )


class AccountTokenRow(SQLModel, table=True):
    """A token that a mail has. Only the hash is stored. It is deleted by its use."""

    __tablename__ = "account_tokens"
    __table_args__ = (one_of("purpose", TokenPurpose),)

    event_id: UUID = Field(primary_key=True)  # that the mail is about
    token_hash: bytes = Field(unique=True)
    account_id: UUID = Field(foreign_key="accounts.id", index=True, ondelete="CASCADE")
    purpose: str = Field(sa_type=Text)
    email: str = Field(sa_type=Text)  # where it was sent
    expires_at: datetime = Field(sa_type=Moment, index=True)


class AddressChangeRow(SQLModel, table=True):
    """The last request for another address. It counts once its token is used.

    The row stays for some weeks: the mail to the old address may come later.
    """

    __tablename__ = "address_changes"

    account_id: UUID = Field(
        primary_key=True, foreign_key="accounts.id", ondelete="CASCADE"
    )
    old_email: str = Field(sa_type=Text)
    new_email: str = Field(sa_type=Text)
    new_email_key: str | None = Field(default=None, sa_type=Text(collation="C"))
    requested_at: datetime | None = Field(
        default=None, sa_type=Moment, nullable=False, sa_column_kwargs=NOW
    )

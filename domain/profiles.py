"""What people change of their account, all that is stored of them, and its erasure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from domain.account import LOCALES, Account, Login, PasswordHasher
from domain.email_addresses import MAX_EMAIL_LENGTH, EmailAddress, new_address
from domain.errors import (
    DomainError,
    InvalidCredentialsError,
    InvalidInputError,
    raise_if_any,
)
from domain.names import MAX_NAME_LENGTH, is_name, name_as_stored
from domain.passwords import password_spellings

MISSING = ""  # what null stands for: no field may be empty


class AccountInUseError(DomainError):
    """It has tickets that are still to be used, or seats that are held."""

    code = "ACCOUNT_IN_USE"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileChange:
    """None: as it is."""

    name: str | None = None
    locale: str | None = None
    email: EmailAddress | None = None


class Profiles(Protocol):
    async def login_of(self, account_id: UUID) -> Login | None: ...

    async def change(self, account_id: UUID, change: ProfileChange) -> Account | None:
        """Name and language at once. Another address is only kept, with its events.

        None if there is no such account any more.
        """

    async def export(self, account_id: UUID) -> str | None:
        """All rows about the account, as JSON. None if there is no such account."""

    async def erase(
        self, account_id: UUID, password_hash: str | None, *, give_up_tickets: bool
    ) -> bool:
        """False if the account is gone or has another hash by now.

        Raises AccountInUseError, and then changes nothing.
        """


class ProfileService:
    def __init__(self, profiles: Profiles, passwords: PasswordHasher) -> None:
        self._profiles = profiles
        self._passwords = passwords

    async def update(
        self, account_id: UUID, facts: Mapping[str, str | None]
    ) -> Account | None:
        """`facts` has name, email and locale, if given. Raises InvalidInputError."""
        change = _validated({name: text or MISSING for name, text in facts.items()})
        return await self._profiles.change(account_id, change)

    async def export(self, account_id: UUID) -> str | None:
        return await self._profiles.export(account_id)

    async def erase(
        self, account_id: UUID, password: str | None, *, give_up_tickets: bool
    ) -> None:
        """Raises InvalidCredentialsError or AccountInUseError.

        An account that has no password, because it belongs to a provider, needs none.
        """
        login = await self._profiles.login_of(account_id)
        if login is None:
            raise InvalidCredentialsError
        if login.password_hash is not None:
            spellings = password_spellings(password or "") or ("",)
            if not await self._passwords.verify(spellings, login.password_hash):
                raise InvalidCredentialsError
        if not await self._profiles.erase(
            account_id, login.password_hash, give_up_tickets=give_up_tickets
        ):
            raise InvalidCredentialsError


def _validated(facts: Mapping[str, str]) -> ProfileChange:
    name = name_as_stored(facts["name"]) if "name" in facts else None
    email = new_address(facts["email"]) if "email" in facts else None
    locale = facts.get("locale")
    raise_if_any([*_wrong(facts, name, email, locale)])
    return ProfileChange(name=name, locale=locale, email=email)


def _wrong(
    facts: Mapping[str, str],
    name: str | None,
    email: EmailAddress | None,
    locale: str | None,
) -> Iterator[InvalidInputError]:
    if name is not None and not is_name(name):
        yield InvalidInputError("name", rule="name_length", longest=MAX_NAME_LENGTH)
    if "email" in facts and email is None:
        yield InvalidInputError("email", rule="email_syntax", longest=MAX_EMAIL_LENGTH)
    if locale is not None and locale not in LOCALES:
        yield InvalidInputError("locale", rule="locale", known=", ".join(LOCALES))

"""Passwords that are forgotten, and passwords that are changed."""

from typing import Protocol
from uuid import UUID

from domain.account import Account, Login, PasswordHasher, SignedIn
from domain.account_tokens import TokenInvalidError
from domain.accounts import NO_ADDRESS, AccountService
from domain.client_secrets import may_be_secret, secret_hash
from domain.email_addresses import EmailAddress, known_address
from domain.errors import InvalidCredentialsError, raise_if_any
from domain.passwords import opaque_string, password_spellings, wrong_password


class PasswordChanges(Protocol):
    """A new password ends all sign-ins of the account, and its codes of mails."""

    async def request_reset(self, email: EmailAddress) -> None:
        """Commits one event PasswordResetRequested, also for an unknown address."""

    async def holder_of(self, token_hash: bytes) -> Account | None:
        """Of a token that is still good for a new password."""

    async def reset(self, token_hash: bytes, new_hash: str) -> Account | None:
        """Uses the token, and verifies the address that it was sent to.

        None if the token is not good any more. Of two calls at once, one succeeds.
        """

    async def login_of(self, account_id: UUID) -> Login | None: ...

    async def change(
        self, account_id: UUID, old_hash: str | None, new_hash: str
    ) -> bool:
        """False if the account has another hash by now."""


class PasswordService:
    def __init__(
        self,
        changes: PasswordChanges,
        passwords: PasswordHasher,
        accounts: AccountService,
    ) -> None:
        self._changes = changes
        self._passwords = passwords
        self._accounts = accounts

    async def request_reset(self, email: str) -> None:
        """The same work for every text: the worker finds out whom to write to."""
        await self._changes.request_reset(known_address(email) or NO_ADDRESS)

    async def reset(
        self, token: str, password: str, network: str | None = None
    ) -> SignedIn:
        """Raises TokenInvalidError, or InvalidInputError, which keeps the token."""
        token_hash = secret_hash(token) if may_be_secret(token) else b""
        holder = await self._changes.holder_of(token_hash)
        if holder is None:
            raise TokenInvalidError
        password = opaque_string(password)
        raise_if_any([*wrong_password(password, holder.email, holder.name)])
        new_hash = await self._passwords.hash(password)
        account = await self._changes.reset(token_hash, new_hash)
        if account is None:
            raise TokenInvalidError
        try:
            return await self._accounts.issue_tokens(account, new_hash, network)
        except InvalidCredentialsError:  # another token has set another password
            raise TokenInvalidError from None

    async def change(
        self, account_id: UUID, current: str, password: str, network: str | None = None
    ) -> SignedIn:
        """Raises InvalidInputError or InvalidCredentialsError."""
        login = await self._changes.login_of(account_id)
        if login is None:
            raise InvalidCredentialsError
        account, password = login.account, opaque_string(password)
        raise_if_any([*wrong_password(password, account.email, account.name)])
        fitting = await self._passwords.verify(
            password_spellings(current) or ("",), login.password_hash
        )
        if not fitting:
            raise InvalidCredentialsError
        new_hash = await self._passwords.hash(password)
        if not await self._changes.change(account_id, login.password_hash, new_hash):
            raise InvalidCredentialsError
        return await self._accounts.issue_tokens(account, new_hash, network)

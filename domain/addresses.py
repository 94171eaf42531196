"""Whether the address of an account is its owner's, and how it changes."""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from domain.account import Account
from domain.account_tokens import TokenInvalidError
from domain.client_secrets import may_be_secret, secret_hash


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressChange:
    """A request for another address of an account."""

    old_email: str
    new_email: str


class Addresses(Protocol):
    async def request_verification(self, account_id: UUID) -> None:
        """Commits the event EmailVerificationRequested, unless it is verified."""

    async def verify(self, account_id: UUID, token_hash: bytes) -> Account | None:
        """Uses the token of a mail to the account's address, or to a requested one.

        A requested address becomes the account's, unless another account has it by
        then. None if the token is unknown, used or expired, or another account's.
        """


class AddressService:
    def __init__(self, addresses: Addresses) -> None:
        self._addresses = addresses

    async def request_verification(self, account_id: UUID) -> None:
        await self._addresses.request_verification(account_id)

    async def verify(self, account_id: UUID, token: str) -> Account:
        """Raises TokenInvalidError."""
        account = (
            await self._addresses.verify(account_id, secret_hash(token))
            if may_be_secret(token)
            else None
        )
        if account is None:
            raise TokenInvalidError
        return account

"""Ports: what the resolvers use of the services of accounts."""

from collections.abc import Mapping
from typing import Protocol
from uuid import UUID

from domain.account import Account, Device, Doubt, SignedIn
from domain.email_addresses import EmailAddress


class AccountAccess(Protocol):
    async def find(self, account_id: UUID) -> Account | None: ...

    async def sign_up(
        self,
        email: str,
        password: str,
        name: str,
        network: str | None,
        *,
        locale: str,
    ) -> SignedIn: ...

    async def sign_in(
        self, email: str, password: str, network: str | None, *, doubt: Doubt
    ) -> SignedIn: ...

    async def knows_network(self, email: EmailAddress, network: str) -> bool: ...

    async def holder_of(self, refresh_token: str) -> UUID | None: ...

    async def refresh(self, refresh_token: str, network: str | None) -> SignedIn: ...

    async def sign_out(self, refresh_token: str) -> bool: ...


class AddressAccess(Protocol):
    async def request_verification(self, account_id: UUID) -> None: ...

    async def verify(self, account_id: UUID, token: str) -> Account: ...


class PasswordAccess(Protocol):
    async def request_reset(self, email: str) -> None: ...

    async def reset(
        self, token: str, password: str, network: str | None
    ) -> SignedIn: ...

    async def change(
        self, account_id: UUID, current: str, password: str, network: str | None
    ) -> SignedIn: ...


class ProfileAccess(Protocol):
    async def update(
        self, account_id: UUID, facts: Mapping[str, str | None]
    ) -> Account | None: ...

    async def export(self, account_id: UUID) -> str | None: ...

    async def erase(
        self, account_id: UUID, password: str | None, *, give_up_tickets: bool
    ) -> None: ...


class DeviceAccess(Protocol):
    async def of_account(self, account_id: UUID) -> list[Device]: ...

    async def is_signed_in(self, account_id: UUID, family_id: UUID) -> bool:
        """False once the device was ended, or a new password ended all of them."""

    async def end(self, account_id: UUID, family_id: UUID) -> None: ...


class CodeExchange(Protocol):
    async def exchange(self, code: str, network: str | None) -> SignedIn: ...

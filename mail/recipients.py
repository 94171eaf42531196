"""Who is sent a mail about a sale."""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from domain.account import Account


class People(Protocol):
    async def account(self, account_id: UUID) -> Account | None: ...


class MailBounds(Protocol):
    """See persistence/key_value/mail_bounds.py."""

    async def allows(self, event_id: UUID, email: str) -> bool: ...


@dataclass(frozen=True, slots=True)
class Recipients:
    people: People
    bounds: MailBounds

    async def find(self, notice_id: UUID, account_id: UUID) -> Account | None:
        """None if nobody is there any more, or was sent too many; counts this mail."""
        account = await self.people.account(account_id)
        if account is None or account.email_verified:
            return account
        # Anybody may buy free tickets for a stranger's address, and give them back.
        is_allowed = await self.bounds.allows(notice_id, account.email)
        return account if is_allowed else None

"""Events of accounts, as a part of the catalogue in domain/events.py."""

from dataclasses import dataclass
from typing import ClassVar, Final
from uuid import UUID

NOTICES_CONSUMER: Final = "notices"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountEvent:
    """An account is sent one mail. The account is also the key of the event.

    It carries no address and no token. None: no account has the address that a
    stranger entered, and nobody is sent anything.
    """

    # Relays of the last release know no other topics, and would stop at another one.
    topic: ClassVar[str] = "reservations"
    awaited_by: ClassVar[tuple[str, ...]] = (NOTICES_CONSUMER,)
    status: ClassVar[None] = None
    reservation_id: ClassVar[None] = None
    seat_change: ClassVar[None] = None

    account_id: UUID | None


class EmailVerificationRequested(AccountEvent):
    """The mail has a token that verifies the address of the account."""


class PasswordResetRequested(AccountEvent):
    """The mail has a token for a new password."""


class EmailChangeRequested(AccountEvent):
    """The mail goes to the new address, and has a token that confirms it."""


class EmailChangeAnnounced(AccountEvent):
    """The mail goes to the old address."""


ACCOUNT_EVENTS: Final = (
    EmailVerificationRequested,
    PasswordResetRequested,
    EmailChangeRequested,
    EmailChangeAnnounced,
)

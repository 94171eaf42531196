"""An account, the tokens of a sign-in, and the ports of the service."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Protocol
from uuid import UUID

from domain.email_addresses import EmailAddress
from domain.people import Role, Viewer

KNOWN_NETWORK_PERIOD = timedelta(days=30)
ENGLISH = "en"
LOCALES = (ENGLISH, "pt-BR", "es")  # of mails, and of the API


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    id: UUID
    email: str  # in lower case
    name: str
    role: Role
    email_verified: bool = False
    locale: str = ENGLISH  # of the mails


@dataclass(frozen=True, slots=True)
class Login:
    """An account and the hash of its password. None if it has no password."""

    account: Account
    password_hash: str | None


@dataclass(frozen=True, slots=True)
class AccessToken:
    text: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class RefreshFamily:
    """The refresh tokens of one sign-in; each was exchanged for the one before."""

    id: UUID
    account_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    access_token: str
    refresh_token: str
    expires_at: datetime  # the access token's
    account: Account
    family_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Device:
    """A sign-in that is still good, on some device."""

    family_id: UUID
    signed_in_at: datetime
    last_used_at: datetime  # when its tokens were last exchanged
    name: str  # as the client calls itself


@dataclass(frozen=True, slots=True)
class Successor:
    """What a refresh token is exchanged for."""

    token_hash: bytes
    sealed: bytes | None  # the token itself; the used token opens it
    network: str | None  # of the client


@dataclass(frozen=True, slots=True)
class RecentUse:
    account: Account
    family_id: UUID
    sealed: bytes | None  # the successor


@dataclass(frozen=True, slots=True)
class Exchange:
    account: Account
    family_id: UUID


class Accounts(Protocol):
    async def add(
        self, email: EmailAddress, name: str, password_hash: str, locale: str
    ) -> Account | None:
        """A new customer. None if another account has the address, in any spelling.

        The event EmailVerificationRequested is committed with it.
        """

    async def login(self, email: EmailAddress) -> Login | None:
        """Looks for the exact spelling first, then for the key."""

    async def find(self, account_id: UUID) -> Account | None: ...

    async def replace_hash(
        self, account_id: UUID, old_hash: str | None, new_hash: str
    ) -> None:
        """Does nothing if the account now has another hash, or no hash."""

    async def add_refresh_token(
        self,
        token_hash: bytes,
        family_id: UUID,
        account_id: UUID,
        period: timedelta,
        password_hash: str | None,
        *,
        network: str | None,
    ) -> bool:
        """Also records that the account signed in from the network.

        False if the account does not exist, or has another hash than `password_hash`.
        A `password_hash` of None is not compared.
        """

    async def holder_of(self, token_hash: bytes) -> UUID | None: ...

    async def knows_network(self, email: EmailAddress, network: str) -> bool:
        """Whether the account signed in from it within KNOWN_NETWORK_PERIOD."""

    async def exchange_refresh_token(
        self, token_hash: bytes, successor: Successor, period: timedelta
    ) -> Exchange | None:
        """The token's account and family, which the successor joins.

        None if the token is unknown, expired or used. Of two calls at once, one
        succeeds.
        """

    async def recent_use(
        self, token_hash: bytes, period: timedelta
    ) -> RecentUse | None:
        """None unless the token was exchanged within the period."""

    async def end_family(
        self, token_hash: bytes, *, only_if_used: bool = False
    ) -> RefreshFamily | None:
        """Delete the token's family with all its tokens, and return it."""


class Doubt(Enum):
    """Of who tries to get into an account from a network that is new to it."""

    NONE = auto()  # few try, or the network is not new
    FIRST_TRY = auto()
    TRIED_BEFORE = auto()


class PasswordHasher(Protocol):
    """Slow on purpose, so not on the event loop."""

    async def hash(self, password: str) -> str: ...

    async def verify(
        self,
        spellings: Sequence[str],
        password_hash: str | None,
        *,
        doubt: Doubt = Doubt.NONE,
    ) -> str | None:
        """The first spelling that matches the hash, or None.

        A hash of None matches nothing, and takes the same time. The greater the doubt,
        the smaller the part of the queue.
        """


class AccessTokenIssuer(Protocol):
    def issue(self, viewer: Viewer) -> AccessToken: ...

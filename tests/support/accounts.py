"""Fakes in memory for accounts, password hashes and tokens."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from domain.account import (
    AccessToken,
    Account,
    Doubt,
    Exchange,
    Login,
    RecentUse,
    RefreshFamily,
    Successor,
)
from domain.email_addresses import EmailAddress, new_address
from domain.people import Role, Viewer

SOON = datetime(2030, 1, 1, tzinfo=UTC)
FAMILY_ID = UUID(int=1)


def email_address(text: str) -> EmailAddress:
    address = new_address(text)
    assert address
    return address


@dataclass
class FakeAccounts:
    logins: dict[str, Login] = field(default_factory=dict)
    refresh_tokens: list[tuple[bytes, UUID, timedelta]] = field(default_factory=list)
    used: dict[bytes, bytes | None] = field(default_factory=dict)  # with successors
    networks: set[tuple[UUID, str | None]] = field(default_factory=set)
    blind: bool = False  # finds no login: as if another sign-up won a race
    taken_over: bool = False  # a provider has just verified the address for another

    async def add(
        self, email: EmailAddress, name: str, password_hash: str, locale: str
    ) -> Account | None:
        if email.text in self.logins:
            return None
        account = Account(id=uuid4(), email=email.text, name=name, role=Role.CUSTOMER)
        self.logins[email.text] = Login(account, password_hash)
        return account

    async def login(self, email: EmailAddress) -> Login | None:
        return None if self.blind else self.logins.get(email.text)

    async def find(self, account_id: UUID) -> Account | None:
        accounts = {login.account.id: login.account for login in self.logins.values()}
        return accounts.get(account_id)

    async def replace_hash(
        self, account_id: UUID, old_hash: str | None, new_hash: str
    ) -> None:
        for email, login in self.logins.items():
            if (login.account.id, login.password_hash) == (account_id, old_hash):
                self.logins[email] = Login(login.account, new_hash)

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
        if password_hash is not None and self.taken_over:
            return False
        self.refresh_tokens.append((token_hash, account_id, period))
        self.networks.add((account_id, network))
        return True

    async def knows_network(self, email: EmailAddress, network: str) -> bool:
        login = self.logins.get(email.text)
        return login is not None and (login.account.id, network) in self.networks

    async def holder_of(self, token_hash: bytes) -> UUID | None:
        owners = {token: owner for token, owner, _ in self.refresh_tokens}
        return owners.get(token_hash)

    async def exchange_refresh_token(
        self, token_hash: bytes, successor: Successor, period: timedelta
    ) -> Exchange | None:
        owners = {token: owner for token, owner, _ in self.refresh_tokens}
        if token_hash in self.used or token_hash not in owners:
            return None
        self.used[token_hash] = successor.sealed
        owner = owners[token_hash]
        self.refresh_tokens.append((successor.token_hash, owner, period))
        account = await self.find(owner)
        return Exchange(account, FAMILY_ID) if account else None

    async def recent_use(
        self, token_hash: bytes, period: timedelta
    ) -> RecentUse | None:
        owner = await self.holder_of(token_hash)
        account = await self.find(owner) if owner else None
        if account is None or token_hash not in self.used or not period:
            return None
        return RecentUse(account, FAMILY_ID, self.used[token_hash])

    async def end_family(
        self, token_hash: bytes, *, only_if_used: bool = False
    ) -> RefreshFamily | None:
        """Treats all refresh tokens of an account as one family."""
        owners = {token: owner for token, owner, _ in self.refresh_tokens}
        if token_hash not in owners or (only_if_used and token_hash not in self.used):
            return None
        owner = owners[token_hash]
        self.refresh_tokens = [each for each in self.refresh_tokens if each[1] != owner]
        return RefreshFamily(FAMILY_ID, owner)


@dataclass
class FakePasswords:
    """Counts calls: in production each takes a fifth of a second."""

    hashed: int = 0
    verified: int = 0
    doubts: list[Doubt] = field(default_factory=list)

    async def hash(self, password: str) -> str:
        self.hashed += 1
        return f"hash of {password}"

    async def verify(
        self,
        spellings: Sequence[str],
        password_hash: str | None,
        *,
        doubt: Doubt = Doubt.NONE,
    ) -> str | None:
        self.verified += 1
        self.doubts.append(doubt)
        fitting = (each for each in spellings if password_hash == f"hash of {each}")
        return next(fitting, None)


class FakeTokens:
    def issue(self, viewer: Viewer) -> AccessToken:
        return AccessToken(f"{viewer.role} {viewer.id}", SOON)

"""Accounts in memory, and hashes and tokens that cost nothing."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from domain.accounts import AccessToken, Account, Login
from domain.people import Role, Viewer

SOON = datetime(2030, 1, 1, tzinfo=UTC)


@dataclass
class FakeAccounts:
    logins: dict[str, Login] = field(default_factory=dict)
    refresh_tokens: list[tuple[bytes, UUID, timedelta]] = field(default_factory=list)
    blind: bool = False  # sees nobody before it adds: the loser of a race
    taken_over: bool = False  # meanwhile, by whom a provider vouches for

    async def add(self, email: str, name: str, password_hash: str) -> Account | None:
        if email in self.logins:
            return None
        account = Account(id=uuid4(), email=email, name=name, role=Role.CUSTOMER)
        self.logins[email] = Login(account, password_hash)
        return account

    async def login(self, email: str) -> Login | None:
        return None if self.blind else self.logins.get(email)

    async def find(self, account_id: UUID) -> Account | None:
        accounts = {login.account.id: login.account for login in self.logins.values()}
        return accounts.get(account_id)

    async def add_refresh_token(
        self,
        token_hash: bytes,
        family_id: UUID,
        account_id: UUID,
        period: timedelta,
        password_hash: str | None,
    ) -> bool:
        if password_hash is not None and self.taken_over:
            return False
        self.refresh_tokens.append((token_hash, account_id, period))
        return True


@dataclass
class FakePasswords:
    """Counts: each call stands for the same fifth of a second."""

    hashed: int = 0
    verified: int = 0

    async def hash(self, password: str) -> str:
        self.hashed += 1
        return f"hash of {password}"

    async def verify(self, password: str, password_hash: str | None) -> bool:
        self.verified += 1
        return password_hash == f"hash of {password}"


class FakeTokens:
    def issue(self, viewer: Viewer) -> AccessToken:
        return AccessToken(f"{viewer.role} {viewer.id}", SOON)

"""Fakes in memory for identities and sign-in codes."""

from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID, uuid4

from domain.account import Account
from domain.email_addresses import EmailAddress
from domain.people import Role

ANA = Account(id=uuid4(), email="ana@cinema.example", name="Ana", role=Role.CUSTOMER)


@dataclass
class FakeIdentities:
    known: dict[tuple[str, str], Account] = field(default_factory=dict)
    linked: list[tuple[str, str, EmailAddress, str]] = field(default_factory=list)
    locales: list[str] = field(default_factory=list)

    async def account(self, issuer: str, subject: str) -> Account | None:
        return self.known.get((issuer, subject))

    async def link(
        self,
        issuer: str,
        subject: str,
        email: EmailAddress,
        name: str,
        *,
        locale: str = "en",
    ) -> Account:
        self.linked.append((issuer, subject, email, name))
        self.locales.append(locale)
        return ANA


@dataclass
class FakeCodes:
    kept: dict[bytes, UUID] = field(default_factory=dict)
    periods: list[timedelta] = field(default_factory=list)

    async def keep(self, code_hash: bytes, account_id: UUID, period: timedelta) -> None:
        self.kept[code_hash] = account_id
        self.periods.append(period)

    async def take(self, code_hash: bytes) -> UUID | None:
        return self.kept.pop(code_hash, None)

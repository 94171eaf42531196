"""Making managers of customers, and customers of managers, from the command line."""

import asyncio
from uuid import uuid4

import pytest

from app.commands import arguments
from auth.signing_keys import KeyRing
from auth.tokens import Authenticator, TokenIssuer
from domain.account import SignedIn
from domain.accounts import AccountService
from domain.people import Role
from persistence.people.accounts import PostgresAccounts
from persistence.postgres.pool import Pool
from tests.support.accounts import FakePasswords

EFFECT = "It counts from the next sign-in or refresh on, in at most 15 minutes."


@pytest.fixture
def service(pool: Pool, key_ring: KeyRing) -> AccountService:
    return AccountService(
        PostgresAccounts(pool), FakePasswords(), TokenIssuer(key_ring)
    )


@pytest.fixture
async def ana(service: AccountService) -> SignedIn:
    address = f"ana.{uuid4().hex}@cinema.example"
    return await service.sign_up(address, "correct-horse", "Ana")


@pytest.fixture
def capture(
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> pytest.CaptureFixture[str]:
    monkeypatch.setenv("DATABASE_URL", database_url)
    return capsys


async def run(*words: str) -> int:
    return await asyncio.to_thread(arguments.main, ["managers", *words])


async def test_a_customer_becomes_a_manager_and_a_customer_again(
    capture: pytest.CaptureFixture[str],
    service: AccountService,
    key_ring: KeyRing,
    ana: SignedIn,
) -> None:
    email, roles = ana.account.email, []
    for command in ("add", "add", "remove", "remove"):
        assert await run(command, f" {email.upper()} ") == 0
        ana = await service.refresh(ana.refresh_token)
        viewer = Authenticator(key_ring).viewer(f"Bearer {ana.access_token}")
        roles.append(viewer.role if viewer else None)

    assert roles == [Role.MANAGER, Role.MANAGER, Role.CUSTOMER, Role.CUSTOMER]
    assert capture.readouterr().out.splitlines() == [
        f"{email} (Ana) is a manager now. {EFFECT}",
        f"{email} (Ana) is a manager already: nothing has changed.",
        f"{email} (Ana) is a customer now. {EFFECT}",
        f"{email} (Ana) is a customer already: nothing has changed.",
    ]


async def test_managers_are_listed(
    capture: pytest.CaptureFixture[str], service: AccountService, ana: SignedIn
) -> None:
    address = f"bruno.{uuid4().hex}@cinema.example"
    await service.sign_up(address, "correct-horse", "Bruno")
    await run("add", ana.account.email)
    capture.readouterr()

    await run("list")

    listed = capture.readouterr().out.splitlines()
    assert f"{ana.account.email}  Ana" in listed
    assert f"{address}  Bruno" not in listed


@pytest.mark.parametrize(
    ("email", "complaint"),
    [
        ("nobody@cinema.example", "Nobody has signed up as nobody@cinema.example."),
        ("nobody", "'nobody' is not an e-mail address."),
    ],
)
async def test_who_is_not_there_is_not_made_a_manager(
    capture: pytest.CaptureFixture[str], email: str, complaint: str
) -> None:
    assert await run("add", email) == 1

    assert capture.readouterr().err == f"{complaint}\n"

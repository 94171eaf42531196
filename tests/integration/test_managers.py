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

ADD_CINEMA = """
INSERT INTO cinemas (name, city, address, time_zone, currency, name_key)
VALUES ($1, 'Belém', 'Street 1', 'UTC', 'BRL', $2)
"""
WORKS_IN = """
SELECT role, works_locally, ARRAY(
    SELECT cinemas.name FROM memberships JOIN cinemas ON cinemas.id = cinema_id
    WHERE account_id = accounts.id ORDER BY cinemas.name)
FROM accounts WHERE id = $1
"""
NOTHING = "nothing has changed."
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
        f"{email} (Ana) is a manager of all cinemas now. {EFFECT}",
        f"{email} (Ana) is a manager of all cinemas already: nothing has changed.",
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
    assert f"{ana.account.email}  Ana  manager of all cinemas" in listed
    assert not any(line.startswith(address) for line in listed)


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


@pytest.fixture
async def cinemas(pool: Pool) -> list[str]:
    """The names of two cinemas."""
    mark = uuid4().hex
    names = [f"Cine {mark} {letter}" for letter in "ab"]
    await pool.executemany(ADD_CINEMA, [(name, name) for name in names])
    return names


async def works_in(pool: Pool, signed_in: SignedIn) -> tuple[str, bool, list[str]]:
    row = await pool.fetchrow(WORKS_IN, signed_in.account.id)
    assert row
    return tuple(row)


async def test_staff_get_a_role_and_cinemas(
    capture: pytest.CaptureFixture[str],
    pool: Pool,
    ana: SignedIn,
    cinemas: list[str],
) -> None:
    email, [one, two] = ana.account.email, cinemas
    both = ("--cinema", one.upper(), "--cinema", two)
    places = []
    for words in (
        ("add", email, "--role", "cashier", "--cinema", one),
        ("add", email, "--role", "usher", "--cinema", one),
        ("add", email, *both),
        ("add", email, *both),
        ("add", email, "--cinema", two),
        ("list",),
        ("add", email),
        ("remove", email),
    ):
        assert await run(*words) == 0
        places.append(await works_in(pool, ana))

    assert places == [
        ("CASHIER", True, [one]),
        ("USHER", True, [one]),
        ("MANAGER", True, [one, two]),
        ("MANAGER", True, [one, two]),
        ("MANAGER", True, [two]),
        ("MANAGER", True, [two]),
        ("MANAGER", False, []),
        ("CUSTOMER", False, []),
    ]
    said = capture.readouterr().out.splitlines()
    assert f"{email}  Ana  manager of {two}" in said
    assert [line for line in said if "  " not in line] == [
        f"{email} (Ana) is a cashier of {one} now. {EFFECT}",
        f"{email} (Ana) is an usher of {one} now. {EFFECT}",
        f"{email} (Ana) is a manager of {one.upper()}, {two} now. {EFFECT}",
        f"{email} (Ana) is a manager of {one.upper()}, {two} already: {NOTHING}",
        f"{email} (Ana) is a manager of {two} now. It counts at once.",
        f"{email} (Ana) is a manager of all cinemas now. It counts at once.",
        f"{email} (Ana) is a customer now. {EFFECT}",
    ]


async def test_a_cinema_that_is_not_clear_changes_nothing(
    capture: pytest.CaptureFixture[str],
    pool: Pool,
    ana: SignedIn,
    cinemas: list[str],
) -> None:
    email, [one, _] = ana.account.email, cinemas
    await pool.execute(ADD_CINEMA, one, one)
    ids = await pool.fetch("SELECT id::text FROM cinemas WHERE name = $1", one)
    for words, complaint in (
        (("--cinema", "Nowhere"), "There is no cinema 'Nowhere'."),
        (("--cinema", one), f"Several cinemas are called {one!r}: "),
        (("--role", "usher"), "Name the cinemas of this usher with --cinema."),
    ):
        assert await run("add", email, *words) == 1
        assert complaint in capture.readouterr().err
    assert await works_in(pool, ana) == ("CUSTOMER", False, [])

    assert await run("add", email, "--cinema", ids[1][0]) == 0

    assert await works_in(pool, ana) == ("MANAGER", True, [one])

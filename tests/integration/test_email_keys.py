"""One address is one account, however it is spelt, and for those of 0.1.0 too."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

import asyncpg
import pytest

from app.commands.arguments import main
from auth.signing_keys import KeyRing
from auth.tokens import TokenIssuer
from domain.accounts import AccountService
from domain.errors import EmailTakenError
from persistence import migrate
from persistence.people.accounts import PostgresAccounts
from persistence.people.identities import PostgresIdentities
from persistence.postgres.pool import Pool, open_pool
from persistence.revisions.revise import revise
from tests.support.accounts import FakePasswords, email_address

PASSWORD = "correct-horse"  # of nobody
OLDER, NEWER = "ana@xn--mnchen-3ya.example", "ana@münchen.example"
ADD = """
INSERT INTO accounts (email, name, role, password_hash, created_at)
VALUES (lower($1), 'Ana', 'CUSTOMER', 'hash of correct-horse',
        clock_timestamp() - $2::int * interval '1 day')
RETURNING id
"""
KEYS = "SELECT email, email_key FROM accounts ORDER BY email"


@asynccontextmanager
async def opened(database_url: str) -> AsyncIterator[Pool]:
    pool = await open_pool(database_url, max_size=4, name="tests")
    yield pool
    await pool.close()


def accounts_of(pool: Pool, key_ring: KeyRing) -> AccountService:
    return AccountService(
        PostgresAccounts(pool), FakePasswords(), TokenIssuer(key_ring)
    )


@pytest.fixture
def service(pool: Pool, key_ring: KeyRing) -> AccountService:
    return accounts_of(pool, key_ring)


@pytest.fixture
async def old_database_url(scratch_database_url: str) -> str:
    """With the tables of 0.1.0."""
    await asyncio.to_thread(migrate.downgrade, scratch_database_url, "0002")
    return scratch_database_url


async def add_old(database_url: str, *emails: str) -> list[UUID]:
    """As 0.1.0 added them, the oldest first."""
    db = await asyncpg.connect(database_url)
    ids = [
        await db.fetchval(ADD, email, len(emails) - age)
        for age, email in enumerate(emails)
    ]
    await db.close()
    return ids


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("{}@münchen.example", "{}@xn--mnchen-3ya.example"),
        ("{}νίκος@x.example", "{}ΝΊΚΟΣ@x.example"),
        ("{}.ΝΊΚΟΣ.Π@x.example", "{}.νίκος.π@x.example"),
        ("joão{}@x.example", "JOA\u0303O{}@X.example"),
    ],
)
async def test_two_spellings_are_one_account(
    service: AccountService, first: str, second: str
) -> None:
    unique = uuid4().hex
    first, second = first.format(unique), second.format(unique)
    ana = await service.sign_up(first, PASSWORD, "Ana")

    with pytest.raises(EmailTakenError):
        await service.sign_up(second, PASSWORD, "Ana")

    assert (await service.sign_in(second, PASSWORD)).account == ana.account
    assert (await service.sign_in(first, PASSWORD)).account == ana.account


async def test_a_provider_that_spells_it_otherwise_links_the_same_account(
    service: AccountService, pool: Pool
) -> None:
    unique = uuid4().hex
    ana = await service.sign_up(f"{unique}@münchen.example", PASSWORD, "Ana")

    linked = await PostgresIdentities(pool).link(
        "https://id",
        unique,
        email_address(f"{unique}@xn--mnchen-3ya.example"),
        "Ana",
    )

    assert linked == ana.account


async def test_spellings_that_sign_up_at_once_are_one_account(
    service: AccountService,
) -> None:
    unique = uuid4().hex
    hosts = ("münchen.example", "xn--mnchen-3ya.example") * 5

    answers = await asyncio.gather(
        *(service.sign_up(f"{unique}@{host}", PASSWORD, "Ana") for host in hosts),
        return_exceptions=True,
    )

    assert sum(not isinstance(each, EmailTakenError) for each in answers) == 1


async def test_of_two_old_accounts_the_older_has_the_key_and_both_sign_in(
    old_database_url: str, key_ring: KeyRing
) -> None:
    older, newer = await add_old(old_database_url, OLDER, NEWER)
    refused, intranet = await add_old(old_database_url, "a@b..c", "ana@corp.local")

    await asyncio.to_thread(migrate.upgrade, old_database_url)

    async with opened(old_database_url) as pool:
        service = accounts_of(pool, key_ring)
        for spelling, found in {
            OLDER: older,
            NEWER: newer,
            NEWER.upper(): newer,  # lower case was always one spelling
            "ANA@mu\u0308nchen.example": newer,
            "ana@ｍünchen.example": older,  # noqa: RUF001 # only the key is the same
            "A@b..c": refused,
            "ana@CORP.local": intranet,
        }.items():
            signed_in = await service.sign_in(spelling, PASSWORD)
            assert signed_in.account.id == found, spelling
        with pytest.raises(EmailTakenError):
            await service.sign_up(NEWER, PASSWORD, "Ana")


async def test_accounts_that_yesterdays_program_adds_get_their_keys_later(
    scratch_database_url: str, key_ring: KeyRing
) -> None:
    emails = ["ana@x.example", NEWER, "νίκος@x.example", OLDER]
    ids = await add_old(scratch_database_url, *emails)

    async with opened(scratch_database_url) as pool:
        service = accounts_of(pool, key_ring)
        before = [(await service.sign_in(each, PASSWORD)).account.id for each in emails]
        async with pool.acquire() as db:
            given = [await revise(db), await revise(db)]
        greek = await service.sign_in("ΝΊΚΟΣ@x.example", PASSWORD)
        keys = dict(map(tuple, await pool.fetch(KEYS)))

    assert before == ids
    assert given == [3, 0]
    assert greek.account.id == ids[2]
    assert keys == {
        "ana@x.example": "ana@x.example",
        NEWER: OLDER,
        "νίκος@x.example": "νίκοσ@x.example",
        OLDER: None,
    }


async def test_a_plain_address_gives_way_to_an_older_one_that_becomes_it(
    old_database_url: str,
) -> None:
    await add_old(old_database_url, NEWER, OLDER)

    await asyncio.to_thread(migrate.upgrade, old_database_url)

    async with opened(old_database_url) as pool:
        assert dict(map(tuple, await pool.fetch(KEYS))) == {NEWER: OLDER, OLDER: None}


async def test_two_programs_that_give_keys_at_once_give_each_once(
    scratch_database_url: str,
) -> None:
    await add_old(scratch_database_url, *(f"ana{n}@x.example" for n in range(50)))

    async with opened(scratch_database_url) as pool:
        async with pool.acquire() as one, pool.acquire() as other:
            given = await asyncio.gather(revise(one), revise(other))
        missing = await pool.fetchval(
            "SELECT count(*) FROM accounts WHERE NOT email_key = email"
        )

    assert (sum(given), missing) == (50, 0)


class TestCheck:
    async def run(self, database_url: str, monkeypatch: pytest.MonkeyPatch) -> int:
        monkeypatch.setenv("DATABASE_URL", database_url)
        return await asyncio.to_thread(main, ["migrate", "--check"])

    async def test_tells_what_changes_and_what_collides_and_changes_nothing(
        self,
        old_database_url: str,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        emails = ("bia@x.example", OLDER, NEWER, "νίκος@x.example", "a@b..c")
        _, older, newer, greek, _ = await add_old(old_database_url, *emails)

        code = await self.run(old_database_url, monkeypatch)

        said = capsys.readouterr()
        taken = (
            f"accounts {newer}: '{NEWER}' would be '{OLDER}', as {older} is already:"
            " it stays as it is"
        )
        assert code == 1
        assert said.out.splitlines() == [
            taken,
            f"accounts {greek}: 'νίκος@x.example' becomes 'νίκοσ@x.example'",
            "Rows that change: 1. Nothing was changed.",
        ]
        assert said.err == "Rows that would become the same as another one: 1.\n"
        assert not await migrate.is_current(old_database_url)
        assert await asyncio.to_thread(main, ["migrate"]) == 0
        assert await self.run(old_database_url, monkeypatch) == 1  # as long as both are

    @pytest.mark.parametrize("tables", ["base", "0002", "head"])
    async def test_finds_nothing_where_nothing_is(
        self,
        scratch_database_url: str,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
        tables: str,
    ) -> None:
        if tables != "head":
            await asyncio.to_thread(migrate.downgrade, scratch_database_url, tables)

        assert await self.run(scratch_database_url, monkeypatch) == 0
        printed = capsys.readouterr().out
        assert printed == "Rows that change: 0. Nothing was changed.\n"

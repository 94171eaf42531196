"""Accounts on real Postgres, passwords with argon2."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from types import SimpleNamespace
from uuid import uuid4

import pytest
from argon2 import Parameters, PasswordHasher, extract_parameters

from auth.passwords import Argon2Passwords
from auth.signing_keys import KeyRing
from auth.tokens import Authenticator, TokenIssuer
from domain.account import SignedIn
from domain.accounts import AccountService
from domain.errors import EmailTakenError, InvalidCredentialsError
from domain.people import Role, Viewer
from persistence.people.accounts import PostgresAccounts
from persistence.postgres.pool import Pool


@pytest.fixture
def passwords() -> Iterator[Argon2Passwords]:
    passwords = Argon2Passwords()
    yield passwords
    passwords.close()


@pytest.fixture
def service(
    pool: Pool, cheap_passwords: Argon2Passwords, key_ring: KeyRing
) -> AccountService:
    accounts = PostgresAccounts(pool)
    return AccountService(accounts, cheap_passwords, TokenIssuer(key_ring))


def new_address() -> str:
    return f"Ana.{uuid4().hex}@Cinema.Example"


async def test_signing_up_then_in_with_any_case_of_the_address(
    service: AccountService, pool: Pool, key_ring: KeyRing
) -> None:
    email = new_address()

    ana = await service.sign_up(email, "correct-horse", "Ana")
    again = await service.sign_in(email.upper(), "correct-horse")

    assert again.account == ana.account == await service.find(ana.account.id)
    assert ana.account.email == email.lower()
    viewer = Authenticator(key_ring).viewer(f"Bearer {again.access_token}")
    assert viewer == Viewer(ana.account.id, Role.CUSTOMER)
    stored = await pool.fetchval(
        "SELECT password_hash FROM accounts WHERE id = $1", ana.account.id
    )
    assert stored.startswith("$argon2id$")


async def test_a_refresh_token_is_stored_as_its_hash_for_thirty_days(
    service: AccountService, pool: Pool
) -> None:
    ana = await service.sign_up(new_address(), "correct-horse", "Ana")
    again = await service.sign_in(ana.account.email, "correct-horse")

    rows = await pool.fetch(
        "SELECT token_hash, family_id, used_at, expires_at FROM refresh_tokens"
        " WHERE account_id = $1 ORDER BY expires_at",
        ana.account.id,
    )
    assert [row["token_hash"] for row in rows] == [
        sha256(signed_in.refresh_token.encode()).digest() for signed_in in (ana, again)
    ]
    assert rows[0]["family_id"] != rows[1]["family_id"]
    assert {row["used_at"] for row in rows} == {None}
    left = rows[1]["expires_at"] - datetime.now(UTC)
    assert timedelta(days=30) - left < timedelta(minutes=1)


async def test_ten_sign_ups_at_once_with_one_address_are_one_account(
    service: AccountService, pool: Pool
) -> None:
    email = new_address()

    answers = await asyncio.gather(
        *(
            service.sign_up(cased, "correct-horse", "Ana")
            for cased in (email, email.lower(), email.upper(), email.title(), email) * 2
        ),
        return_exceptions=True,
    )

    assert Counter(type(answer) for answer in answers) == {
        SignedIn: 1,
        EmailTakenError: 9,
    }
    counted = "SELECT count(*) FROM accounts WHERE email = $1"
    assert await pool.fetchval(counted, email.lower()) == 1


@pytest.mark.parametrize(
    "email",
    [
        "JOÃO{}@EXEMPLO.BR",
        "JOA\u0303O{}@x.br",
        "İSTANBUL{}@x.tr",
        "ẞΣς{}@x.gr",
        "\u212a{}@x.de",
    ],
)
async def test_other_alphabets_are_compared_alike_here_and_in_the_database(
    service: AccountService, email: str
) -> None:
    email = email.format(uuid4().hex)
    joao = await service.sign_up(email, "correct-horse", "João")

    assert (await service.sign_in(email, "correct-horse")).account == joao.account
    with pytest.raises(EmailTakenError):
        await service.sign_up(email.lower(), "correct-horse", "João")


async def test_all_refusals_cost_the_same_work(
    pool: Pool,
    passwords: Argon2Passwords,
    key_ring: KeyRing,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    service = AccountService(PostgresAccounts(pool), passwords, TokenIssuer(key_ring))
    ana = await service.sign_up(new_address(), "correct-horse", "Ana")
    nobody = await pool.fetchval(
        "INSERT INTO accounts (email, name, role)"
        " VALUES ($1, 'No password', 'CUSTOMER') RETURNING email",
        new_address().lower(),
    )
    attempts = [
        (ana.account.email, "wrong-horse"),
        (new_address(), "correct-horse"),  # unknown
        (nobody, "correct-horse"),
        ("ana", "correct-horse"),  # no address
        (ana.account.email, ""),  # no password
    ]
    costs: list[Parameters] = []
    hasher = PasswordHasher()

    def verify(password_hash: str, password: str) -> bool:
        costs.append(extract_parameters(password_hash))
        return hasher.verify(password_hash, password)

    monkeypatch.setattr(passwords, "_hasher", SimpleNamespace(verify=verify))
    for attempt in attempts:
        with pytest.raises(InvalidCredentialsError):
            await service.sign_in(*attempt)

    # Without the dummy hash there would be two.
    assert costs == [extract_parameters(hasher.hash("any"))] * len(attempts)


async def test_a_hash_of_an_older_spelling_is_replaced_though_ten_sign_in_at_once(
    service: AccountService, cheap_passwords: Argon2Passwords, pool: Pool
) -> None:
    composed, decomposed = "caf\u00e9-com-leite", "cafe\u0301-com-leite"
    ana = await service.sign_up(new_address(), composed, "Ana")
    stored = "SELECT password_hash FROM accounts WHERE id = $1"
    older = await cheap_passwords.hash(decomposed)
    await pool.execute(
        "UPDATE accounts SET password_hash = $2 WHERE id = $1", ana.account.id, older
    )

    both = (composed, decomposed) * 5
    again = await asyncio.gather(
        *(service.sign_in(ana.account.email, typed) for typed in both)
    )

    assert {each.account for each in again} == {ana.account}
    newer = await pool.fetchval(stored, ana.account.id)
    assert await cheap_passwords.verify([composed], newer) == composed


async def test_hashing_does_not_block_the_event_loop(
    passwords: Argon2Passwords,
) -> None:
    hashing = asyncio.gather(*(passwords.hash("correct-horse") for _ in range(4)))
    turns = 0

    while not hashing.done():
        await asyncio.sleep(0.002)
        turns += 1

    assert turns > 10
    assert len(set(await hashing)) == 4  # each has a salt of its own


async def test_the_dummy_hash_matches_nothing(passwords: Argon2Passwords) -> None:
    assert await passwords.verify(["", "correct-horse"], None) is None

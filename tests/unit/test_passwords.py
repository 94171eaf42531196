import asyncio
import threading
from pathlib import Path

import pytest

from auth.passwords import Argon2Passwords
from domain import passwords as rules
from domain.account import Doubt, Login
from domain.accounts import AccountService
from domain.errors import (
    InvalidCredentialsError,
    InvalidInputError,
    TooManyAtOnceError,
)
from domain.passwords import WELL_KNOWN
from tests.support.accounts import FakeAccounts, FakePasswords, FakeTokens


@pytest.mark.parametrize(
    ("password", "rule"),
    [
        ("password", "password_well_known"),
        ("PassWord123", "password_well_known"),
        (" 12345678\t", "password_well_known"),
        ("CONTRASEÑA", "password_well_known"),
        ("        ", "password_well_known"),
        ("\t" * 8, "password_well_known"),
        ("\N{RIGHT-TO-LEFT MARK}" * 8, "password_well_known"),
        ("ｐａｓｓｗｏｒｄ", "password_well_known"),  # noqa: RUF001 # as some keyboards have it
        ("pass\N{ZERO WIDTH SPACE}word", "password_well_known"),
        ("Ana.Souza@cinema.example", "password_personal"),
        ("ana.souza", "password_personal"),
        (" ANA.SOUZA ", "password_personal"),
        ("ana de souza", "password_personal"),
        ("anadesouza", "password_personal"),
        ("Pass1", "password_length"),
    ],
)
async def test_what_can_be_guessed_is_refused(password: str, rule: str) -> None:
    accounts, passwords = FakeAccounts(), FakePasswords()
    service = AccountService(accounts, passwords, FakeTokens())

    with pytest.raises(InvalidInputError) as refused:
        await service.sign_up("ana.souza@Cinema.example", password, " Ana de Souza ")

    assert (refused.value.field, refused.value.rule) == (("password",), rule)
    assert accounts == FakeAccounts()
    assert passwords == FakePasswords()


@pytest.mark.parametrize(
    "password", ["passwords of mine", "ana.souza1", "cinema.example", "de souza ana"]
)
async def test_what_only_looks_like_it_is_taken(password: str) -> None:
    service = AccountService(FakeAccounts(), FakePasswords(), FakeTokens())

    ana = await service.sign_up("ana.souza@cinema.example", password, "Ana de Souza")

    assert ana.account.name == "Ana de Souza"


COMPOSED = "caf\u00e9 com leite"
DECOMPOSED = "cafe\u0301 com leite"
OTHER_SPACES = "caf\u00e9\u00a0com\u2003leite"


class TestSpellings:
    @pytest.mark.parametrize("typed", [COMPOSED, DECOMPOSED, OTHER_SPACES])
    @pytest.mark.parametrize("chosen", [COMPOSED, DECOMPOSED, OTHER_SPACES])
    async def test_what_is_typed_alike_is_one_password(
        self, chosen: str, typed: str
    ) -> None:
        service = AccountService(FakeAccounts(), FakePasswords(), FakeTokens())
        ana = await service.sign_up("ana@cinema.example", chosen, "Ana")

        again = await service.sign_in("ana@cinema.example", typed)

        assert again.account == ana.account

    @pytest.mark.parametrize(
        ("hashed", "typed"),
        [
            (DECOMPOSED, DECOMPOSED),
            (DECOMPOSED, COMPOSED),
            (OTHER_SPACES, OTHER_SPACES),
            (COMPOSED, DECOMPOSED),
        ],
    )
    async def test_an_older_hash_stays_good_and_is_replaced(
        self, hashed: str, typed: str
    ) -> None:
        accounts, passwords = FakeAccounts(), FakePasswords()
        service = AccountService(accounts, passwords, FakeTokens())
        await service.sign_up("ana@cinema.example", "hold-my-seat", "Ana")
        login = accounts.logins["ana@cinema.example"]
        accounts.logins["ana@cinema.example"] = Login(
            login.account, f"hash of {hashed}"
        )

        for each in (typed, COMPOSED, DECOMPOSED, OTHER_SPACES):
            assert await service.sign_in("ana@cinema.example", each)

        kept = accounts.logins["ana@cinema.example"].password_hash
        assert kept == f"hash of {COMPOSED}"
        assert passwords.hashed == 1 + (hashed != COMPOSED)

    @pytest.mark.parametrize(
        ("typed", "spellings"),
        [
            ("hold-my-seat", 1),
            (COMPOSED, 2),
            (DECOMPOSED, 2),
            (OTHER_SPACES, 2),
            ("short", 0),
            ("x" * 129, 0),
            ("e\u0301" * 128, 1),
            ("\u00e9" * 128, 1),
            ("e\u0301" * 4, 1),
            ("x" * 1_000_000, 0),
            ("\ud800" * 8, 0),
        ],
    )
    def test_what_is_compared_depends_on_what_was_typed_alone(
        self, typed: str, spellings: int
    ) -> None:
        assert len(rules.password_spellings(typed)) == spellings

    @pytest.mark.parametrize("other", ["Caf\u00e9 com leite", "cafe com leite"])
    async def test_case_and_accents_count(self, other: str) -> None:
        service = AccountService(FakeAccounts(), FakePasswords(), FakeTokens())
        await service.sign_up("ana@cinema.example", COMPOSED, "Ana")

        with pytest.raises(InvalidCredentialsError):
            await service.sign_in("ana@cinema.example", other)


def test_the_list_is_as_it_is_compared() -> None:
    lines = Path(rules.__file__).with_name("well_known_passwords.txt")
    words = lines.read_text("utf-8").splitlines()

    assert words == sorted(WELL_KNOWN)
    assert len(words) > 500
    assert all(word == word.casefold() and rules.is_password(word) for word in words)


class TestTheLine:
    async def test_who_finds_it_full_is_told_so_at_once_and_the_others_are_served(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        passwords = Argon2Passwords(at_once=1, most_waiting=3)
        go_on = threading.Event()
        monkeypatch.setattr(passwords, "_matches", lambda *_: go_on.wait())
        in_line = [
            asyncio.create_task(passwords.verify(["correct-horse"], None))
            for _ in range(3)
        ]
        await asyncio.sleep(0)

        with pytest.raises(TooManyAtOnceError):
            await passwords.verify(["correct-horse"], None)
        with pytest.raises(TooManyAtOnceError):
            await passwords.hash("correct-horse")
        go_on.set()

        assert await asyncio.gather(*in_line) == ["correct-horse"] * 3
        assert await passwords.verify(["correct-horse"], None)
        passwords.close()

    async def test_strangers_leave_room_for_people_who_come_back(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        passwords = Argon2Passwords(at_once=1, most_waiting=8)
        go_on = threading.Event()
        monkeypatch.setattr(passwords, "_matches", lambda *_: go_on.wait())
        first, again = Doubt.FIRST_TRY, Doubt.TRIED_BEFORE
        in_line = [
            asyncio.create_task(passwords.verify(["wrong"], None, doubt=again))
            for _ in range(2)
        ]
        await asyncio.sleep(0)

        with pytest.raises(TooManyAtOnceError):
            await passwords.verify(["wrong"], None, doubt=again)
        for _ in range(2):
            in_line += [
                asyncio.create_task(passwords.verify(["wrong"], None, doubt=first))
                for _ in range(2)
            ]
            await asyncio.sleep(0)
            with pytest.raises(TooManyAtOnceError):
                await passwords.hash("correct-horse")
        with pytest.raises(TooManyAtOnceError):
            await passwords.verify(["wrong"], None, doubt=first)
        in_line += [
            asyncio.create_task(passwords.verify(["correct-horse"], None))
            for _ in range(2)
        ]
        await asyncio.sleep(0)
        go_on.set()

        assert all(await asyncio.gather(*in_line))
        passwords.close()

    async def test_who_leaves_it_makes_room(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        passwords = Argon2Passwords(at_once=1, most_waiting=2)
        go_on = threading.Event()
        monkeypatch.setattr(passwords, "_matches", lambda *_: go_on.wait())
        first, second = (
            asyncio.create_task(passwords.verify(["correct-horse"], None))
            for _ in range(2)
        )
        await asyncio.sleep(0)

        second.cancel()
        await asyncio.wait({second})
        third = asyncio.create_task(passwords.verify(["correct-horse"], None))
        await asyncio.sleep(0)
        go_on.set()

        assert await first and await third
        passwords.close()

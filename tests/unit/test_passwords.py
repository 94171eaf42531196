import asyncio
import threading
from pathlib import Path

import pytest

from auth.passwords import Argon2Passwords
from domain import passwords as rules
from domain.accounts import AccountService
from domain.errors import InvalidInputError, TooManyAtOnceError
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
            asyncio.create_task(passwords.verify("correct-horse", None))
            for _ in range(3)
        ]
        await asyncio.sleep(0)

        with pytest.raises(TooManyAtOnceError):
            await passwords.verify("correct-horse", None)
        with pytest.raises(TooManyAtOnceError):
            await passwords.hash("correct-horse")
        go_on.set()

        assert await asyncio.gather(*in_line) == [True, True, True]
        assert await passwords.verify("correct-horse", None)
        passwords.close()

    async def test_who_leaves_it_makes_room(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        passwords = Argon2Passwords(at_once=1, most_waiting=2)
        go_on = threading.Event()
        monkeypatch.setattr(passwords, "_matches", lambda *_: go_on.wait())
        first, second = (
            asyncio.create_task(passwords.verify("correct-horse", None))
            for _ in range(2)
        )
        await asyncio.sleep(0)

        second.cancel()
        await asyncio.wait({second})
        third = asyncio.create_task(passwords.verify("correct-horse", None))
        await asyncio.sleep(0)
        go_on.set()

        assert await first and await third
        passwords.close()

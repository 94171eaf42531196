from datetime import timedelta
from hashlib import sha256
from uuid import uuid4

import pytest

from domain.account import Account, Login
from domain.accounts import AccountService
from domain.errors import EmailTakenError, InvalidCredentialsError, InvalidInputError
from domain.people import Role
from tests.support.accounts import SOON, FakeAccounts, FakePasswords, FakeTokens


@pytest.fixture
def accounts() -> FakeAccounts:
    return FakeAccounts()


@pytest.fixture
def passwords() -> FakePasswords:
    return FakePasswords()


@pytest.fixture
def service(accounts: FakeAccounts, passwords: FakePasswords) -> AccountService:
    return AccountService(accounts, passwords, FakeTokens())


class TestSignUp:
    async def test_opens_a_customers_account_and_signs_in(
        self, service: AccountService, accounts: FakeAccounts
    ) -> None:
        ana = await service.sign_up(" Ana@Cinema.Example ", "hold-my-seat", "  Ana  ")

        assert (ana.account.email, ana.account.name) == ("ana@cinema.example", "Ana")
        assert ana.account.role is Role.CUSTOMER
        assert ana.access_token == f"CUSTOMER {ana.account.id}"
        assert ana.expires_at == SOON
        assert accounts.refresh_tokens == [
            (
                sha256(ana.refresh_token.encode()).digest(),
                ana.account.id,
                timedelta(days=30),
            )
        ]
        assert await service.find(ana.account.id) == ana.account

    @pytest.mark.parametrize(
        ("account", "field", "rule"),
        [
            (("ana", "hold-my-seat", "Ana"), "email", "email_syntax"),
            (("a\x00@b.example", "hold-my-seat", "Ana"), "email", "email_syntax"),
            (("a@b.example", "1234567", "Ana"), "password", "password_length"),
            (("a@b.example", "x" * 129, "Ana"), "password", "password_length"),
            (("a@b.example", "1234567\x00", "Ana"), "password", "password_length"),
            (("a@b.example", "1234567\ud800", "Ana"), "password", "password_length"),
            (("a@b.example", "hold-my-seat", "  "), "name", "name_length"),
            (("a@b.example", "hold-my-seat", "x" * 101), "name", "name_length"),
            (("a@b.example", "hold-my-seat", "A\nB"), "name", "name_length"),
            (("a@b.example", "hold-my-seat", "A\ud800"), "name", "name_length"),
            (("a@b.example", "hold-my-seat", "\u3164"), "name", "name_length"),
            (("a@b.example", "hold-my-seat", "\u115f\u1160"), "name", "name_length"),
            (("a@b.example", "hold-my-seat", "A\u200f"), "name", "name_length"),
        ],
    )
    async def test_refuses_what_cannot_be_an_account(
        self,
        accounts: FakeAccounts,
        passwords: FakePasswords,
        account: tuple[str, str, str],
        field: str,
        rule: str,
    ) -> None:
        service = AccountService(accounts, passwords, FakeTokens())

        with pytest.raises(InvalidInputError) as refused:
            await service.sign_up(*account)

        assert (refused.value.field, refused.value.rule) == ((field,), rule)
        assert accounts == FakeAccounts()
        assert passwords == FakePasswords()

    async def test_tells_of_all_that_is_wrong_at_once(
        self, service: AccountService
    ) -> None:
        with pytest.raises(InvalidInputError) as refused:
            await service.sign_up("ana", "short", " ")

        wrong = [refused.value, *refused.value.others]
        assert [(each.field, each.rule) for each in wrong] == [
            (("email",), "email_syntax"),
            (("password",), "password_length"),
            (("name",), "name_length"),
        ]

    @pytest.mark.parametrize(
        ("password", "name"),
        [("x" * 9, "A"), ("x" * 128, "x" * 100), ("ç 🎬 \t\n π", "Zoë 山田")],
    )
    async def test_takes_any_characters_up_to_the_bounds(
        self, service: AccountService, password: str, name: str
    ) -> None:
        signed_in = await service.sign_up("a@b.example", password, name)

        assert signed_in.account.name == name

    async def test_refuses_a_taken_address_without_hashing(
        self, service: AccountService, accounts: FakeAccounts, passwords: FakePasswords
    ) -> None:
        await service.sign_up("ana@cinema.example", "hold-my-seat", "Ana")

        with pytest.raises(EmailTakenError):
            await service.sign_up("ANA@cinema.example", "take-my-seat", "Eva")

        assert passwords.hashed == 1
        assert accounts.logins["ana@cinema.example"].account.name == "Ana"
        assert len(accounts.refresh_tokens) == 1

    async def test_who_loses_the_race_for_an_address_is_told_so(
        self, service: AccountService, accounts: FakeAccounts
    ) -> None:
        accounts.blind = True
        await service.sign_up("ana@cinema.example", "hold-my-seat", "Ana")

        with pytest.raises(EmailTakenError):
            await service.sign_up("ana@cinema.example", "take-my-seat", "Eva")

        assert len(accounts.refresh_tokens) == 1

    async def test_who_loses_the_account_to_its_owner_at_once_gets_no_tokens(
        self, service: AccountService, accounts: FakeAccounts
    ) -> None:
        accounts.taken_over = True

        with pytest.raises(EmailTakenError):
            await service.sign_up("ana@cinema.example", "hold-my-seat", "Eva")

        assert accounts.refresh_tokens == []


class TestSignIn:
    async def test_knows_the_person_again(self, service: AccountService) -> None:
        ana = await service.sign_up("ana@cinema.example", "hold-my-seat", "Ana")

        again = await service.sign_in("ANA@cinema.example ", "hold-my-seat")

        assert again.account == ana.account
        assert again.refresh_token != ana.refresh_token

    async def test_refuses_a_password_that_was_taken_away_meanwhile(
        self, service: AccountService, accounts: FakeAccounts
    ) -> None:
        await service.sign_up("ana@cinema.example", "hold-my-seat", "Eva")
        accounts.taken_over = True

        with pytest.raises(InvalidCredentialsError):
            await service.sign_in("ana@cinema.example", "hold-my-seat")

        assert len(accounts.refresh_tokens) == 1  # the one of signing up

    @pytest.mark.parametrize(
        ("email", "password"),
        [
            ("ana@cinema.example", "wrong password"),
            ("ana@cinema.example", ""),
            ("ana@cinema.example", "x" * 1_000_000),
            ("ana@cinema.example", "hold-my-seat\ud800"),
            ("nobody@cinema.example", "hold-my-seat"),
            ("load-001@cinema.example", "hold-my-seat"),
            ("not an address", "hold-my-seat"),
            ("\x00@cinema.example", "hold-my-seat"),
        ],
    )
    async def test_refuses_everything_alike_and_in_the_same_time(
        self,
        service: AccountService,
        accounts: FakeAccounts,
        passwords: FakePasswords,
        email: str,
        password: str,
    ) -> None:
        await service.sign_up("ana@cinema.example", "hold-my-seat", "Ana")
        nameless = Account(
            id=uuid4(), email="load-001@cinema.example", name="L", role=Role.CUSTOMER
        )
        accounts.logins[nameless.email] = Login(nameless, None)

        with pytest.raises(InvalidCredentialsError):
            await service.sign_in(email, password)

        assert passwords.verified == 1
        assert len(accounts.refresh_tokens) == 1  # the one of signing up

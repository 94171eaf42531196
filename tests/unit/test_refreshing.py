import logging
from hashlib import sha256

import pytest

from domain.account import SignedIn
from domain.accounts import AccountService
from domain.errors import InvalidCredentialsError
from tests.support.accounts import (
    FAMILY_ID,
    SOON,
    FakeAccounts,
    FakePasswords,
    FakeTokens,
)

NO_TOKENS = ["", "unknown", "x" * 65, "x" * 1_000_000, "\x00", "é", "\ud800"]


@pytest.fixture
def accounts() -> FakeAccounts:
    return FakeAccounts()


@pytest.fixture
def service(accounts: FakeAccounts) -> AccountService:
    return AccountService(accounts, FakePasswords(), FakeTokens())


@pytest.fixture
async def ana(service: AccountService) -> SignedIn:
    return await service.sign_up("ana@cinema.example", "hold-my-seat", "Ana")


async def test_a_token_is_exchanged_for_another(
    service: AccountService, accounts: FakeAccounts, ana: SignedIn
) -> None:
    again = await service.refresh(ana.refresh_token)

    assert again.account == ana.account
    assert again.access_token == f"CUSTOMER {ana.account.id}"
    assert again.expires_at == SOON
    assert again.refresh_token != ana.refresh_token
    assert [token for token, _, _ in accounts.refresh_tokens] == [
        sha256(each.refresh_token.encode()).digest() for each in (ana, again)
    ]


async def test_a_token_that_comes_twice_ends_its_family_and_is_logged_without_it(
    service: AccountService,
    accounts: FakeAccounts,
    ana: SignedIn,
    caplog: pytest.LogCaptureFixture,
) -> None:
    again = await service.refresh(ana.refresh_token)

    with caplog.at_level(logging.INFO), pytest.raises(InvalidCredentialsError):
        await service.refresh(ana.refresh_token)

    assert accounts.refresh_tokens == []
    with pytest.raises(InvalidCredentialsError):
        await service.refresh(again.refresh_token)
    [message] = caplog.messages
    assert message == (
        f"a refresh token of account {ana.account.id} came twice: "
        f"family {FAMILY_ID} has ended"
    )


@pytest.mark.parametrize("token", NO_TOKENS, ids=lambda token: repr(token[:9]))
async def test_what_is_no_token_is_refused(
    service: AccountService, accounts: FakeAccounts, ana: SignedIn, token: str
) -> None:
    with pytest.raises(InvalidCredentialsError):
        await service.refresh(token)

    assert await service.sign_out(token) is False
    assert len(accounts.refresh_tokens) == 1
    assert (await service.refresh(ana.refresh_token)).account == ana.account


async def test_signing_out_ends_the_family_once(
    service: AccountService, accounts: FakeAccounts, ana: SignedIn
) -> None:
    again = await service.refresh(ana.refresh_token)

    answers = [await service.sign_out(again.refresh_token) for _ in range(2)]

    assert answers == [True, False]
    assert accounts.refresh_tokens == []
    with pytest.raises(InvalidCredentialsError):
        await service.refresh(again.refresh_token)

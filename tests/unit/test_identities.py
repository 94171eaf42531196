from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import cast
from uuid import UUID, uuid4

import pytest

from domain.account import Account, SignedIn
from domain.accounts import AccountService
from domain.errors import InvalidCredentialsError
from domain.identities import Identity, IdentityService, UnverifiedEmailError
from tests.support.accounts import email_address
from tests.support.identities import ANA, FakeCodes, FakeIdentities


class FakeAccounts:
    """The part of AccountService that issues tokens."""

    async def find(self, account_id: UUID) -> Account | None:
        return ANA if account_id == ANA.id else None

    async def issue_tokens(
        self, account: Account, network: str | None = None
    ) -> SignedIn:
        return SignedIn(
            access_token="access",
            refresh_token="refresh",
            expires_at=datetime(2030, 1, 1, tzinfo=UTC),
            account=account,
        )


@pytest.fixture
def identities() -> FakeIdentities:
    return FakeIdentities()


@pytest.fixture
def codes() -> FakeCodes:
    return FakeCodes()


@pytest.fixture
def service(identities: FakeIdentities, codes: FakeCodes) -> IdentityService:
    return IdentityService(identities, codes, cast("AccountService", FakeAccounts()))


def identity(
    email: str | None = "Ana@Cinema.Example", name: str | None = "Ana"
) -> Identity:
    return Identity(issuer="https://id", subject="7", verified_email=email, name=name)


async def test_a_new_identity_is_linked_by_its_address(
    service: IdentityService, identities: FakeIdentities, codes: FakeCodes
) -> None:
    code = await service.sign_in_code_for(identity())

    address = email_address("ana@cinema.example")
    assert identities.linked == [("https://id", "7", address, "Ana")]
    assert codes.kept == {sha256(code.encode()).digest(): ANA.id}
    assert codes.periods == [timedelta(seconds=60)]


@pytest.mark.parametrize("email", [None, "", "not an address", "a\x00@b"])
async def test_a_new_identity_without_a_verified_address_is_refused(
    service: IdentityService,
    identities: FakeIdentities,
    codes: FakeCodes,
    email: str | None,
) -> None:
    with pytest.raises(UnverifiedEmailError):
        await service.sign_in_code_for(identity(email))

    assert (identities.linked, codes.kept) == ([], {})


async def test_a_known_identity_needs_no_address_any_more(
    service: IdentityService, identities: FakeIdentities, codes: FakeCodes
) -> None:
    identities.known["https://id", "7"] = ANA

    await service.sign_in_code_for(identity(None))

    assert identities.linked == []
    assert list(codes.kept.values()) == [ANA.id]


@pytest.mark.parametrize(
    ("name", "taken"),
    [
        ("  Ana  ", "Ana"),
        ("x" * 300, "x" * 100),
        (None, "ana"),
        (" ", "ana"),
        ("A\nB", "ana"),
        ("Cafe\u0301", "Café"),
        ("\u3164\u2800", "ana"),
        ("Ana \u2067", "ana"),
        ("e\u0301" * 300, "é" * 100),
        ("A\ud800", "ana"),
    ],
)
async def test_a_name_that_cannot_be_used_gives_way_to_the_address(
    service: IdentityService, identities: FakeIdentities, name: str | None, taken: str
) -> None:
    await service.sign_in_code_for(identity(name=name))

    [(*_, used)] = identities.linked
    assert used == taken


async def test_an_address_may_have_more_marks_than_a_name(
    service: IdentityService, identities: FakeIdentities
) -> None:
    marked = "q" + "\u0323" * 31 + "@cinema.example"
    await service.sign_in_code_for(identity(marked, name=None))

    [(*_, used)] = identities.linked
    assert used == "q@cinema.example"


async def test_a_code_is_exchanged_once(service: IdentityService) -> None:
    code = await service.sign_in_code_for(identity())

    assert (await service.exchange(code)).account == ANA
    with pytest.raises(InvalidCredentialsError):
        await service.exchange(code)


@pytest.mark.parametrize("code", ["", "made-up", "x" * 1_000_000, "ç", "\ud800"])
async def test_what_is_no_code_is_refused_and_uses_up_none(
    service: IdentityService, codes: FakeCodes, code: str
) -> None:
    await service.sign_in_code_for(identity())

    with pytest.raises(InvalidCredentialsError):
        await service.exchange(code)

    assert list(codes.kept.values()) == [ANA.id]


async def test_a_code_of_an_account_that_is_gone_is_refused(
    service: IdentityService, codes: FakeCodes
) -> None:
    code = await service.sign_in_code_for(identity())
    codes.kept = dict.fromkeys(codes.kept, uuid4())

    with pytest.raises(InvalidCredentialsError):
        await service.exchange(code)

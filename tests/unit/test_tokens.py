from pathlib import Path

import pytest
from joserfc.jwk import OKPKey

from app.authentication import Authenticator, load_key
from app.errors import CommandError
from app.tokens import mint
from domain.people import Role
from seeds.people import LOAD_CUSTOMERS


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    file = tmp_path / "key.pem"
    file.write_bytes(OKPKey.generate_key("Ed25519").as_pem(private=True))
    return file


@pytest.mark.parametrize("count", [1, 500, 600])
def test_each_token_is_another_seeded_customers(key_file: Path, count: int) -> None:
    authenticator = Authenticator(load_key(key_file))

    viewers = [
        authenticator.viewer(f"Bearer {token}") for token in mint(key_file, count)
    ]

    customers = [viewer.id for viewer in viewers if viewer]
    assert customers == [customer.id for customer in LOAD_CUSTOMERS[:count]]
    assert len(set(customers)) == count
    assert {viewer.role for viewer in viewers if viewer} == {Role.CUSTOMER}


@pytest.mark.parametrize("count", [-1, 0, 601])
def test_says_how_many_can_be_had(key_file: Path, count: int) -> None:
    with pytest.raises(CommandError, match="from 1 to 600"):
        mint(key_file, count)

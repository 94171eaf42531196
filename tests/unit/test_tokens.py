from pathlib import Path

import pytest

from app.commands.tokens import mint
from auth.signing_keys import KeyRing, make_key
from auth.tokens import Authenticator
from domain.people import Role
from runtime.errors import CommandError
from seeds.people import LOAD_CUSTOMERS


@pytest.fixture
def keys_dir(tmp_path: Path) -> Path:
    make_key(tmp_path)
    return tmp_path


@pytest.mark.parametrize("count", [1, 500, 600])
def test_each_token_is_another_seeded_customers(keys_dir: Path, count: int) -> None:
    authenticator = Authenticator(KeyRing(keys_dir))

    viewers = [
        authenticator.viewer(f"Bearer {token}") for token in mint(keys_dir, count)
    ]

    customers = [viewer.id for viewer in viewers if viewer]
    assert customers == [customer.id for customer in LOAD_CUSTOMERS[:count]]
    assert len(set(customers)) == count
    assert {viewer.role for viewer in viewers if viewer} == {Role.CUSTOMER}


@pytest.mark.parametrize("count", [-1, 0, 601])
def test_says_how_many_can_be_had(keys_dir: Path, count: int) -> None:
    with pytest.raises(CommandError, match="from 1 to 600"):
        mint(keys_dir, count)

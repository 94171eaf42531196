"""Who can read the successor of a refresh token."""

from domain.client_secrets import new_secret
from domain.sealed_successors import seal, unseal

TOKEN, SUCCESSOR = new_secret(), new_secret()
HOME = "192.0.2.1"


def test_it_is_read_with_the_token_from_the_same_network() -> None:
    assert unseal(TOKEN, HOME, seal(TOKEN, HOME, SUCCESSOR)) == SUCCESSOR


def test_it_is_not_read_with_another_token_or_from_another_network() -> None:
    sealed = seal(TOKEN, HOME, SUCCESSOR)

    assert unseal(new_secret(), HOME, sealed) is None
    assert unseal(TOKEN, "192.0.2.2", sealed) is None
    assert unseal(TOKEN, HOME, sealed[:-1] + bytes([sealed[-1] ^ 1])) is None


def test_it_does_not_show_and_no_two_are_alike() -> None:
    sealed = {seal(TOKEN, HOME, SUCCESSOR) for _ in range(2)}

    assert len(sealed) == 2
    assert not any(SUCCESSOR.encode() in each for each in sealed)

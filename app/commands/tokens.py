"""Bearer tokens of the seeded load-test customers, for whoever brings the load."""

from collections.abc import Iterable
from pathlib import Path

from auth.signing_keys import KeyRing
from auth.tokens import LOAD_TEST_LIFETIME, TokenIssuer
from domain.people import Role, Viewer
from runtime.errors import CommandError
from seeds.people import LOAD_CUSTOMERS


def mint(keys_dir: Path, count: int) -> Iterable[str]:
    """One for each customer; needs no database, for their ids never change."""
    if not 1 <= count <= len(LOAD_CUSTOMERS):
        raise CommandError(
            f"{count} tokens cannot be had: there are {len(LOAD_CUSTOMERS)} seeded "
            f"customers, so set N to a number from 1 to {len(LOAD_CUSTOMERS)}."
        )
    issuer = TokenIssuer(KeyRing(keys_dir), LOAD_TEST_LIFETIME)
    return [
        issuer.issue(Viewer(customer.id, Role.CUSTOMER)).text
        for customer in LOAD_CUSTOMERS[:count]
    ]

"""Bearer tokens of the seeded load-test customers, for whoever brings the load."""

from collections.abc import Iterable
from pathlib import Path

from app.authentication import LOAD_TEST_LIFETIME, TokenIssuer, load_key
from app.errors import CommandError
from domain.people import Role, Viewer
from seeds.people import LOAD_CUSTOMERS


def mint(key_file: Path, count: int) -> Iterable[str]:
    """One for each customer; needs no database, for their ids never change."""
    if not 1 <= count <= len(LOAD_CUSTOMERS):
        raise CommandError(
            f"{count} tokens cannot be had: there are {len(LOAD_CUSTOMERS)} seeded "
            f"customers, so set N to a number from 1 to {len(LOAD_CUSTOMERS)}."
        )
    issuer = TokenIssuer(load_key(key_file), LOAD_TEST_LIFETIME)
    return [
        issuer.issue(Viewer(customer.id, Role.CUSTOMER)).text
        for customer in LOAD_CUSTOMERS[:count]
    ]

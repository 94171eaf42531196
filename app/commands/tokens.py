"""`tokens`: prints bearer tokens of the seeded load-test customers."""

import os
from argparse import Namespace
from collections.abc import Iterable
from pathlib import Path

from app.key_errors import key_errors_explained
from auth.signing_keys import KeyRing
from auth.tokens import LOAD_TEST_LIFETIME, TokenIssuer
from domain.people import Role, Viewer
from runtime import run_file
from runtime.errors import CommandError
from seeds.people import LOAD_CUSTOMERS


def run(arguments: Namespace) -> None:
    keys_dir = run_file.require(os.environ, "SIGNING_KEYS_DIR")
    print(*mint(Path(keys_dir), arguments.count), sep="\n")


@key_errors_explained("SIGNING_KEYS_DIR", "keys")
def mint(keys_dir: Path, count: int) -> Iterable[str]:
    """One token per customer; needs no database, for their ids never change."""
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

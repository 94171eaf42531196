"""Reads codes with the published keys alone."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from joserfc.jwk import OKPKey

from auth import ticket_codes
from domain.ticket_codes import TicketCode


def codes_reader(jwk_set: Mapping[str, Any]) -> Callable[[str], TicketCode]:
    """Raises CodeInvalidError where the code is of none of these keys."""
    keys: dict[str, Ed25519PublicKey] = {}
    for jwk in jwk_set["keys"]:
        public = OKPKey.import_key(jwk).public_key
        if isinstance(public, Ed25519PublicKey):
            keys[jwk["kid"]] = public
    return partial(ticket_codes.read, public_key=keys.get)

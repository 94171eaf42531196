"""How the code of a ticket is written: COSE_Sign1 (RFC 9052) in base45 (RFC 9285).

    CT1: base45( 18([ << {1: -8, 4: key id} >>, {}, << [ticket id, generation] >>,
                      Ed25519 signature ]) )

The characters are those of the alphanumeric mode of QR codes.
"""

from collections.abc import Callable
from typing import Final
from uuid import UUID

import cbor2
from base45 import b45decode, b45encode
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from domain.ticket_codes import CodeInvalidError, TicketCode

PREFIX: Final = "CT1:"
KEY_ID_LENGTH: Final = 4
LONGEST_CODE: Final = 170
COSE_SIGN1: Final = 18  # the tag
ALGORITHM, KEY_ID = 1, 4  # of the header
EDDSA: Final = -8
# Where the parts of a message are that has one generation of the smallest size.
_KEY_ID = slice(8, 12)
_TICKET_ID = slice(16, 32)
_GENERATION = slice(32, -66)
_SIGNATURE = slice(-64, None)


def written(
    ticket_id: UUID, generation: int, key_id: str, key: Ed25519PrivateKey
) -> str:
    protected, payload = _parts(ticket_id, generation, key_id)
    message = _message(protected, payload, key.sign(_signed(protected, payload)))
    return PREFIX + str(b45encode(message), "ascii")


def read(code: str, public_key: Callable[[str], Ed25519PublicKey | None]) -> TicketCode:
    """`public_key` finds a key by its id. Raises CodeInvalidError."""
    message = _decoded(code)
    # A code has one shape, so what strangers send meets no decoder of CBOR.
    key_id, signature = message[_KEY_ID].decode("latin-1"), message[_SIGNATURE]
    ticket_id = UUID(bytes=message[_TICKET_ID])
    # A small number is its own encoding; others follow a byte that has their length.
    number = message[_GENERATION]
    generation = int.from_bytes(number[1:] or number)
    protected, payload = _parts(ticket_id, generation, key_id)
    if _message(protected, payload, signature) != message:
        raise CodeInvalidError
    if not (key := public_key(key_id)):
        raise CodeInvalidError
    try:
        key.verify(signature, _signed(protected, payload))
    except InvalidSignature as error:
        raise CodeInvalidError from error
    return TicketCode(ticket_id, generation, key_id)


def _decoded(code: str) -> bytes:
    if not code.startswith(PREFIX) or len(code) > LONGEST_CODE:
        raise CodeInvalidError
    try:
        message: bytes = b45decode(code.removeprefix(PREFIX))
    except ValueError as error:
        raise CodeInvalidError from error
    if len(message) < _SHORTEST:
        raise CodeInvalidError
    return message


def _parts(ticket_id: UUID, generation: int, key_id: str) -> tuple[bytes, bytes]:
    protected = cbor2.dumps({ALGORITHM: EDDSA, KEY_ID: key_id.encode("latin-1")})
    return protected, cbor2.dumps([ticket_id.bytes, generation])


def _signed(protected: bytes, payload: bytes) -> bytes:
    return cbor2.dumps(["Signature1", protected, b"", payload])


def _message(protected: bytes, payload: bytes, signature: bytes) -> bytes:
    return cbor2.dumps(cbor2.CBORTag(COSE_SIGN1, [protected, {}, payload, signature]))


_SHORTEST = len(_message(*_parts(UUID(int=0), 1, "0" * KEY_ID_LENGTH), bytes(64)))

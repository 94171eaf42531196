"""Codes of tickets: what gates read, and what they refuse."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import cbor2
import pytest
import segno
from base45 import b45decode, b45encode
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st
from joserfc.jwk import OKPKey

from auth.signing_keys import KeyRing
from auth.ticket_codes import KEY_ID_LENGTH, LONGEST_CODE, PREFIX
from auth.ticket_keys import SETTLING, TicketKeys, ticket_ring
from domain.ticket_codes import CodeInvalidError, TicketCode
from tests.support.bearer import NOON
from tests.support.signing_keys import put_key

OLD, NEW, STRANGE = (OKPKey.generate_key("Ed25519") for _ in range(3))
TICKET = UUID("01990000-0000-7000-8000-000000000001")


def ids(*pairs: OKPKey) -> list[str]:
    return [pair.thumbprint()[:4] for pair in pairs]


@pytest.fixture
def codes(tmp_path: Path) -> TicketKeys:
    put_key(tmp_path, OLD, NOON - 2 * SETTLING)
    return TicketKeys(ticket_ring(tmp_path))


def keys_with(pair: OKPKey, folder: Path) -> TicketKeys:
    """In a folder of their own, which the next example finds."""
    if not folder.exists():
        folder.mkdir()
        put_key(folder, pair, NOON)
    return TicketKeys(ticket_ring(folder))


def message(code: str) -> bytes:
    return bytes(b45decode(code.removeprefix(PREFIX)))


def code_of(message: bytes) -> str:
    return PREFIX + str(b45encode(message), "ascii")


@given(ticket_id=st.uuids(), generation=st.integers(1, 2**31 - 1))
def test_what_was_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, ticket_id: UUID, generation: int
) -> None:
    codes = keys_with(OLD, tmp_path_factory.getbasetemp() / "keys-of-codes")

    code = codes.code(ticket_id, generation)

    assert codes.read(code) == TicketCode(ticket_id, generation, *ids(OLD))
    assert len(code) <= LONGEST_CODE
    assert codes.code(ticket_id, generation) == code


def test_the_first_code_is_a_small_qr_code(codes: TicketKeys) -> None:
    code = codes.code(TICKET, 1)

    drawn = segno.make(code, error="m", boost_error=False)
    assert (len(code), drawn.designator, drawn.mode) == (153, "6-M", "alphanumeric")


def test_a_gate_needs_no_code_of_ours(codes: TicketKeys) -> None:
    """It reads a code by the standards, with a published key."""
    [published] = codes.public()["keys"]
    sign1 = cbor2.loads(message(codes.code(TICKET, 3)))
    protected, unprotected, payload, signature = sign1.value

    assert sign1.tag == 18
    assert cbor2.loads(protected) == {1: -8, 4: published["kid"].encode()}
    assert unprotected == {}
    assert cbor2.loads(payload) == [TICKET.bytes, 3]
    key = OKPKey.import_key(published).public_key
    assert isinstance(key, Ed25519PublicKey)
    key.verify(signature, cbor2.dumps(["Signature1", protected, b"", payload]))


def test_a_code_of_an_earlier_key_stays_good(tmp_path: Path) -> None:
    now = NOON

    def monotonic() -> float:
        return now.timestamp()

    put_key(tmp_path, OLD, NOON - 2 * SETTLING)
    ring = KeyRing(tmp_path, lambda: now, monotonic, SETTLING, KEY_ID_LENGTH)
    codes = TicketKeys(ring)
    earlier = codes.code(TICKET, 1)
    put_key(tmp_path, NEW, NOON)

    now += timedelta(hours=23)
    assert codes.code(TICKET, 1) == earlier
    assert [key["kid"] for key in codes.public()["keys"]] == ids(OLD, NEW)

    now += timedelta(hours=2)
    assert codes.read(codes.code(TICKET, 1)).key_id == NEW.thumbprint()[:4]
    assert codes.read(earlier) == TicketCode(TICKET, 1, *ids(OLD))


def test_a_code_of_a_key_that_another_process_has_made_is_read_at_once(
    tmp_path: Path, codes: TicketKeys
) -> None:
    ahead = keys_with(NEW, tmp_path / "other").code(TICKET, 1)
    with pytest.raises(CodeInvalidError):
        codes.read(ahead)
    put_key(tmp_path, NEW, NOON)
    monotonic = iter([0.0, 0.5, 1.5]).__next__
    ring = KeyRing(tmp_path, monotonic=monotonic, id_length=KEY_ID_LENGTH)

    assert TicketKeys(ring).read(ahead).key_id == NEW.thumbprint()[:4]


@pytest.mark.parametrize(
    "forged",
    [
        pytest.param(lambda code: code[:-1], id="a character less"),
        pytest.param(lambda code: code[:40], id="cut off"),
        pytest.param(lambda code: code + "00", id="a byte more"),
        pytest.param(lambda code: code.removeprefix(PREFIX), id="no prefix"),
        pytest.param(lambda code: code.replace(PREFIX, "HC1:"), id="another's prefix"),
        pytest.param(lambda code: code.lower(), id="lower case"),
        pytest.param(lambda _: "", id="nothing"),
        pytest.param(lambda _: PREFIX, id="a prefix"),
        pytest.param(lambda _: PREFIX + "É" * 99, id="no base45"),
        pytest.param(lambda _: PREFIX + ":::" * 50, id="too large a number"),
        pytest.param(lambda code: code * 1000, id="too long"),
    ],
)
def test_what_is_no_code_is_refused(
    codes: TicketKeys, forged: Callable[[str], str]
) -> None:
    with pytest.raises(CodeInvalidError):
        codes.read(forged(codes.code(TICKET, 1)))


def test_no_bit_can_be_changed(codes: TicketKeys) -> None:
    original = message(codes.code(TICKET, 300))

    for bit in range(len(original) * 8):
        changed = bytearray(original)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(CodeInvalidError):
            codes.read(code_of(bytes(changed)))


def test_a_key_that_nobody_knows_signs_nothing(
    tmp_path: Path, codes: TicketKeys
) -> None:
    forged = keys_with(STRANGE, tmp_path / "other").code(TICKET, 1)
    with pytest.raises(CodeInvalidError):
        codes.read(forged)
    [strange], [ours] = ids(STRANGE), ids(OLD)

    # The name of a known key does not help.
    renamed = message(forged).replace(strange.encode(), ours.encode())
    with pytest.raises(CodeInvalidError):
        codes.read(code_of(renamed))


@given(st.binary(max_size=110))
def test_whatever_strangers_send_is_refused(
    tmp_path_factory: pytest.TempPathFactory, sent: bytes
) -> None:
    codes = keys_with(OLD, tmp_path_factory.getbasetemp() / "keys-of-strangers")

    with pytest.raises(CodeInvalidError):
        codes.read(code_of(sent))

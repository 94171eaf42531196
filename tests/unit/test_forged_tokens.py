"""Tokens forged by each known attack on JWTs."""

import hashlib
import hmac
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OKPKey, RSAKey

from auth.signing_keys import KeyRing
from auth.tokens import Authenticator
from tests.support.bearer import (
    ANA,
    CLAIMS,
    KEY,
    KID,
    NOON,
    PRIVATE_KEY,
    assert_refused,
    part,
    signed,
)
from tests.support.signing_keys import put_key

OTHER_KEY = OKPKey.generate_key("Ed25519")


@pytest.fixture
def authenticator(key_ring: KeyRing) -> Authenticator:
    return Authenticator(key_ring, lambda: NOON)


def hmac_with(secret: bytes) -> str:
    """HS256 with the public key as its secret: a careless verifier accepts it."""
    message = f"{part({'alg': 'HS256', 'kid': KID})}.{part(CLAIMS)}"
    signature = hmac.digest(secret, message.encode(), hashlib.sha256)
    return f"{message}.{part(signature)}"


@pytest.mark.parametrize("name", ["none", "None", "NONE", "nOnE", ""])
@pytest.mark.parametrize("signature", ["", "AAAA"])
def test_unsigned(authenticator: Authenticator, name: str, signature: str) -> None:
    header = part({"alg": name, "kid": KID})

    assert_refused(authenticator, f"Bearer {header}.{part(CLAIMS)}.{signature}")


def test_hmac_with_the_public_key(authenticator: Authenticator) -> None:
    public: dict[str, Any] = KEY.as_dict(private=False)
    for secret in (
        KEY.as_pem(private=False),
        KEY.as_pem(private=False).strip(),
        PRIVATE_KEY.public_key().public_bytes_raw(),
        str(public["x"]).encode(),
        json.dumps(public).encode(),
    ):
        assert_refused(authenticator, f"Bearer {hmac_with(secret)}")


@pytest.mark.parametrize(
    ("algorithm", "make_key"),
    [
        ("ES256", lambda: ECKey.generate_key("P-256")),
        ("RS256", lambda: RSAKey.generate_key(2048)),
    ],
)
def test_another_algorithm(
    authenticator: Authenticator,
    algorithm: str,
    make_key: Callable[[], Any],
) -> None:
    header = {"alg": algorithm, "kid": KID}
    token = jwt.encode(header, dict(CLAIMS), make_key(), [algorithm])

    assert_refused(authenticator, f"Bearer {token}")


def test_another_name_of_our_algorithm(authenticator: Authenticator) -> None:
    with pytest.warns(match="EdDSA"):
        token = signed(alg="EdDSA")

    assert_refused(authenticator, f"Bearer {token}")


def test_another_key(authenticator: Authenticator) -> None:
    assert_refused(authenticator, f"Bearer {signed(key=OTHER_KEY)}")


@pytest.mark.parametrize(
    "header",
    [
        {"kid": OTHER_KEY.thumbprint()},
        {"kid": "../../../../dev/null"},
        {"kid": ""},
        {"kid": "' OR 1=1 --"},
        {"kid": "file:///dev/null"},
        {"kid": OTHER_KEY.thumbprint(), "jwk": OTHER_KEY.as_dict(private=False)},
        {"jwk": OTHER_KEY.as_dict(private=False)},
        {"jku": "https://attacker.example/keys.json"},
        {"x5u": "https://attacker.example/cert.pem"},
    ],
)
def test_the_header_chooses_no_key(
    authenticator: Authenticator, header: dict[str, Any]
) -> None:
    assert_refused(authenticator, f"Bearer {signed(key=OTHER_KEY, **header)}")


def well_signed(header: object, claims: object = CLAIMS) -> str:
    """Signed with our own key, whatever the header and the claims are."""
    message = f"{part(header)}.{part(claims)}"
    return f"{message}.{part(PRIVATE_KEY.sign(message.encode()))}"


@pytest.mark.parametrize("kid", [None, 1, [KID], {"kid": KID}])
def test_a_key_id_that_is_none(authenticator: Authenticator, kid: object) -> None:
    assert_refused(
        authenticator, f"Bearer {well_signed({'alg': 'Ed25519', 'kid': kid})}"
    )


def test_a_critical_header_that_nobody_knows(authenticator: Authenticator) -> None:
    header = {"alg": "Ed25519", "kid": KID}
    assert authenticator.viewer(f"Bearer {well_signed(header)}") == ANA

    for names in (["kid"], ["x"], []):
        assert_refused(
            authenticator, f"Bearer {well_signed({**header, 'crit': names})}"
        )
    unencoded = header | {"crit": ["b64"], "b64": False}
    assert_refused(authenticator, f"Bearer {well_signed(unencoded)}")


def test_another_keys_signature_under_our_key_id(
    tmp_path: Path, authenticator: Authenticator
) -> None:
    put_key(tmp_path, KEY, NOON)
    put_key(tmp_path, OTHER_KEY, NOON)
    both = Authenticator(KeyRing(tmp_path), lambda: NOON)
    ours, others = signed(), signed(key=OTHER_KEY, kid=OTHER_KEY.thumbprint())
    assert both.viewer(f"Bearer {ours}") == both.viewer(f"Bearer {others}") == ANA

    assert_refused(authenticator, f"Bearer {others}")
    assert_refused(both, f"Bearer {signed(key=OTHER_KEY)}")
    assert_refused(both, f"Bearer {signed(kid=OTHER_KEY.thumbprint())}")


def test_cut_off_anywhere(authenticator: Authenticator) -> None:
    token = signed()

    for length in range(len(token)):
        assert_refused(authenticator, f"Bearer {token[:length]}")


def test_a_second_claim_of_the_same_name(authenticator: Authenticator) -> None:
    header = {"alg": "Ed25519", "kid": KID}
    one, rest = json.dumps({"role": "MANAGER"})[1:-1], json.dumps(CLAIMS)[1:-1]
    for claims in (f"{{{one}, {rest}}}", f"{{{rest}, {one}}}"):
        assert_refused(authenticator, f"Bearer {well_signed(header, claims.encode())}")


def test_without_a_key_id(authenticator: Authenticator) -> None:
    token = jwt.encode({"alg": "Ed25519"}, dict(CLAIMS), KEY, ["Ed25519"])

    assert_refused(authenticator, f"Bearer {token}")


def test_claims_exchanged_under_a_good_signature(authenticator: Authenticator) -> None:
    header, _, signature = signed().split(".")
    claims = part(CLAIMS | {"role": "MANAGER"})

    assert authenticator.viewer(f"Bearer {signed()}") == ANA
    assert_refused(authenticator, f"Bearer {header}.{claims}.{signature}")


ODD: list[dict[str, Any]] = [
    {"sub": "ana"},
    {"sub": 7},
    {"sub": ["x"]},
    {"sub": "\ud800"},
    {"role": []},
    {"role": {"CUSTOMER": 1}},
    {"role": "OWNER"},
    {"aud": ["x", [1]]},
    {"aud": {}},
    {"iss": [1]},
    {"exp": 10**30},
    {"exp": 10**14},
    {"exp": 1e300},
    {"exp": float("inf")},
    {"exp": float("nan")},
    {"exp": "tomorrow"},
    {"exp": True},
    {"iat": float("inf")},
    {"nbf": []},
]


@pytest.mark.parametrize(
    "claims",
    [
        b"[" * 1_400 + b"]" * 1_400,
        b'{"x":' * 450 + b"1" + b"}" * 450,
        b"9" * 2_900,
        b"\xff",
        b"null",
        *(CLAIMS | odd for odd in ODD),
    ],
    ids=lambda claims: str(claims)[:20] if isinstance(claims, bytes) else None,
)
def test_odd_claims_under_a_good_signature(
    authenticator: Authenticator, claims: object
) -> None:
    """Of another program that has our key."""
    header = {"alg": "Ed25519", "kid": KID}

    assert_refused(authenticator, f"Bearer {well_signed(header, claims)}")

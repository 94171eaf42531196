"""Hand-written access tokens, valid and invalid."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from joserfc import jwt
from joserfc.jwk import OKPKey

from auth.tokens import AUDIENCE, ISSUER, AuthenticationError, Authenticator
from domain.people import Role, Viewer

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
ANA = Viewer(UUID(int=7), Role.CUSTOMER)
PRIVATE_KEY = Ed25519PrivateKey.generate()
KEY = OKPKey.import_key(
    PRIVATE_KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
)
KID = KEY.thumbprint()
CLAIMS = {
    "iss": ISSUER,
    "aud": AUDIENCE,
    "sub": str(ANA.id),
    "role": "CUSTOMER",
    "iat": int(NOON.timestamp()),
    "exp": int(NOON.timestamp()) + 60,
}


def signed(
    claims: Mapping[str, Any] = CLAIMS, key: OKPKey = KEY, **header: object
) -> str:
    return jwt.encode(
        {"alg": "Ed25519", "kid": KID} | header, dict(claims), key, ["Ed25519", "EdDSA"]
    )


def part(value: object) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def assert_refused(authenticator: Authenticator, authorization: str) -> None:
    with pytest.raises(AuthenticationError):
        authenticator.viewer(authorization)

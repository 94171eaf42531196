"""Access tokens: how they are signed, and who is behind one."""

import re
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from app.errors import CommandError
from domain.accounts import AccessToken
from domain.people import Role, Viewer

ALGORITHMS = ["Ed25519"]  # a token's own header chooses from these, and no further
ISSUER = "cinema-tickets"
AUDIENCE = "cinema-tickets-api"
LIFETIME = timedelta(minutes=15)
LOAD_TEST_LIFETIME = timedelta(hours=24)

MAX_LENGTH = 4_096
BEARER = re.compile(r"(?i:bearer) +((?:[A-Za-z0-9_-]+\.){2}[A-Za-z0-9_-]+) *")
REMEMBERED = 4_096
# Of another API process that issued the token: what it says may seem yet to come.
CLOCK_SKEW_SECONDS = 5


class AuthenticationError(Exception):
    """The caller shows something that is no token of ours, or not any more."""


@dataclass(frozen=True, slots=True)
class Credentials:
    viewer: Viewer
    expires_at: datetime


def utc_now() -> datetime:
    return datetime.now(UTC)


def load_key(file: Path) -> OKPKey:
    """The Ed25519 private key in a PEM file; raises CommandError."""
    try:
        key = OKPKey.import_key(file.read_bytes())
    except (OSError, ValueError, TypeError, JoseError) as error:
        raise CommandError(
            f"SIGNING_KEY_FILE: {file} cannot be read as a private key in PEM: "
            "make one with `openssl genpkey -algorithm ed25519`."
        ) from error
    if not key.is_private or key.curve_name != "Ed25519":
        raise CommandError(
            f"SIGNING_KEY_FILE: {file} holds no Ed25519 private key: "
            "make one with `openssl genpkey -algorithm ed25519`."
        )
    return key


class TokenIssuer:
    def __init__(
        self,
        key: OKPKey,
        lifetime: timedelta = LIFETIME,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._key = key
        self._header = {"alg": ALGORITHMS[0], "kid": key.thumbprint()}
        self._lifetime = lifetime
        self._now = now

    def issue(self, viewer: Viewer) -> AccessToken:
        issued_at = self._now().replace(microsecond=0)
        expires_at = issued_at + self._lifetime
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": str(viewer.id),
            "role": viewer.role,
            "iat": int(issued_at.timestamp()),
            "exp": int(expires_at.timestamp()),
        }
        text = jwt.encode(self._header, claims, self._key, ALGORITHMS)
        return AccessToken(text, expires_at)


class Authenticator:
    """Tells who asks. Remembers tokens that it has verified: every request has one."""

    def __init__(self, key: OKPKey, now: Callable[[], datetime] = utc_now) -> None:
        self._key = key
        self._key_id = key.thumbprint()
        self._now = now
        self._claims = jwt.JWTClaimsRegistry(
            now=lambda: int(now().timestamp()),
            leeway=CLOCK_SKEW_SECONDS,
            iss={"essential": True, "value": ISSUER},
            aud={"essential": True, "value": AUDIENCE},
            sub={"essential": True},
            role={"essential": True, "values": [str(role) for role in Role]},
            iat={"essential": True},
            exp={"essential": True},
        )
        self._verified: OrderedDict[str, Credentials] = OrderedDict()

    def viewer(self, authorization: str | None) -> Viewer | None:
        """Who sends this Authorization header; raises AuthenticationError."""
        credentials = self.credentials(authorization)
        return credentials.viewer if credentials else None

    def credentials(self, authorization: str | None) -> Credentials | None:
        """The same, with the moment from which on it is nobody any more."""
        if authorization is None:
            return None
        if len(authorization) > MAX_LENGTH:
            raise AuthenticationError("longer than any token of ours")
        bearer = BEARER.fullmatch(authorization)
        if bearer is None:
            raise AuthenticationError("not a bearer token")
        token = bearer[1]
        credentials = self._verified.get(token) or self._verify(token)
        if credentials.expires_at <= self._now():
            self._verified.pop(token, None)
            raise AuthenticationError("expired")
        self._remember(token, credentials)
        return credentials

    def _verify(self, token: str) -> Credentials:
        try:
            verified = jwt.decode(token, self._key, ALGORITHMS)
            if verified.header.get("kid") != self._key_id:
                raise AuthenticationError("signed with another key")
            self._claims.validate(verified.claims)
            return _credentials(verified.claims)
        # The header is a stranger's until the signature is checked: whatever it makes
        # the parser trip over is a bad token, not a fault of ours.
        except (JoseError, ValueError, TypeError, OverflowError, OSError) as error:
            raise AuthenticationError(str(error)) from error

    def _remember(self, token: str, credentials: Credentials) -> None:
        self._verified[token] = credentials
        self._verified.move_to_end(token)
        if len(self._verified) > REMEMBERED:
            self._verified.popitem(last=False)


def _credentials(claims: dict[str, Any]) -> Credentials:
    return Credentials(
        Viewer(UUID(claims["sub"]), Role(claims["role"])),
        datetime.fromtimestamp(claims["exp"], UTC),
    )

"""Access tokens: signs them, and verifies those of requests."""

import re
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from json import JSONDecoder
from typing import Any
from uuid import UUID

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import GuestProtocol, OKPKey

from auth.signing_keys import ALGORITHM, KeyRing, SigningKey, utc_now
from domain.account import AccessToken
from domain.people import Role, Viewer

ALGORITHMS = [ALGORITHM]  # the only ones that a token's header may name
ISSUER = "cinema-tickets"
AUDIENCE = "cinema-tickets-api"
LIFETIME = timedelta(minutes=15)
LOAD_TEST_LIFETIME = timedelta(hours=24)

MAX_LENGTH = 4_096
BEARER = re.compile(r"(?i:bearer) +((?:[A-Za-z0-9_-]+\.){2}[A-Za-z0-9_-]+) *")
MAX_CACHED = 4_096
# The clock of the API process that issued a token may be fast: the others accept its
# tokens all the same.
CLOCK_SKEW_SECONDS = 120
# Each of these means a bad token, not a fault of ours. Before the signature is checked,
# anybody may have written it. A holder of our key may write what we never write.
PARSER_ERRORS = (
    JoseError,
    ValueError,
    TypeError,
    OverflowError,
    RecursionError,
    OSError,
)


class AuthenticationError(Exception):
    """The caller sends no valid token of ours: a wrong one, or an expired one."""


@dataclass(frozen=True, slots=True)
class Credentials:
    viewer: Viewer
    expires_at: datetime


class TokenIssuer:
    def __init__(
        self,
        keys: KeyRing,
        lifetime: timedelta = LIFETIME,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._keys = keys
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
        if viewer.family_id:
            claims["sid"] = str(viewer.family_id)
        key = self._keys.signing()
        header = {"alg": ALGORITHM, "kid": key.id}
        text = jwt.encode(header, claims, key.pair, ALGORITHMS)
        return AccessToken(text, expires_at)


class Authenticator:
    """Finds the viewer by a token. Caches verified tokens: every request has one."""

    def __init__(self, keys: KeyRing, now: Callable[[], datetime] = utc_now) -> None:
        self._keys = keys
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
        self._verified: OrderedDict[str, Credentials] = OrderedDict()  # by header
        self._verified_with: Mapping[str, SigningKey] = keys.keys()

    def viewer(self, authorization: str | None) -> Viewer | None:
        """Of an Authorization header; None without one. Raises AuthenticationError."""
        credentials = self.credentials(authorization)
        return credentials.viewer if credentials else None

    def credentials(self, authorization: str | None) -> Credentials | None:
        """The viewer, with the moment at which the token expires."""
        if authorization is None:
            return None
        self._clear_when_keys_change()
        credentials = self._verified.get(authorization) or self._verify(authorization)
        if credentials.expires_at <= self._now():
            self._verified.pop(authorization, None)
            raise AuthenticationError("expired")
        self._cache(authorization, credentials)
        return credentials

    def _verify(self, authorization: str) -> Credentials:
        token = _token_in(authorization)
        try:
            verified = jwt.decode(
                token, self._key_of, ALGORITHMS, decoder_cls=ClaimsDecoder
            )
            self._claims.validate(verified.claims)
            return _credentials(verified.claims)
        except PARSER_ERRORS as error:
            raise AuthenticationError(str(error)) from error

    def _key_of(self, token: GuestProtocol) -> OKPKey:
        """By the key's id alone: no other field of the header may choose a key."""
        headers = token.headers()
        if "crit" in headers:
            raise AuthenticationError("needs an extension: we have none")
        key_id = headers.get("kid")
        key = self._keys.find(key_id) if isinstance(key_id, str) else None
        if key is None:
            raise AuthenticationError("signed with a key that is none of ours")
        return key.pair

    def _clear_when_keys_change(self) -> None:
        """Tokens of a deleted key are no longer valid."""
        keys = self._keys.keys()
        if keys is not self._verified_with:
            self._verified.clear()
            self._verified_with = keys

    def _cache(self, authorization: str, credentials: Credentials) -> None:
        self._verified[authorization] = credentials
        self._verified.move_to_end(authorization)
        if len(self._verified) > MAX_CACHED:
            self._verified.popitem(last=False)


def _token_in(authorization: str) -> str:
    """Raises AuthenticationError."""
    if len(authorization) > MAX_LENGTH:
        raise AuthenticationError("longer than any token of ours")
    bearer = BEARER.fullmatch(authorization)
    if bearer is None:
        raise AuthenticationError("not a bearer token")
    return bearer[1]


class ClaimsDecoder(JSONDecoder):
    """Refuses a claim that comes twice: other parsers may take the other value."""

    def __init__(self) -> None:
        super().__init__(object_pairs_hook=_each_once)


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    claims = dict(pairs)
    if len(claims) < len(pairs):
        raise ValueError("a claim comes twice")
    return claims


def _credentials(claims: dict[str, Any]) -> Credentials:
    family_id = UUID(claims["sid"]) if "sid" in claims else None
    return Credentials(
        Viewer(UUID(claims["sub"]), Role(claims["role"]), family_id),
        datetime.fromtimestamp(claims["exp"], UTC),
    )

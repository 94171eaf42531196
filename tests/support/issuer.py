"""An OpenID Connect issuer and a GitHub of the tests' own, which they can bend."""

import time
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any
from urllib.parse import parse_qsl, urlencode

from joserfc import jwt
from joserfc.jwk import ECKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import (
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
)
from starlette.routing import Route

CLIENT_ID = "cinema"
CLIENT_SECRET = "the cinema's secret at the provider"
KEY = ECKey.generate_key("P-256", {"kid": "1"})

SIGNED_BY = ["RS256", "PS256", "ES256", "EdDSA", "HS256", "none"]

Claims = dict[str, Any]


@dataclass(frozen=True)
class Grant:
    challenge: str
    nonce: str | None
    redirect_uri: str


class Authority:
    """OAuth 2 with PKCE: everybody consents at once, each code is good once."""

    refused_with = 400

    def __init__(self) -> None:
        self.url = ""  # told when it is served
        self.straighten()

    def straighten(self) -> None:
        """As if no test had bent it."""
        self.grants: dict[str, Grant] = {}
        self.asked: list[Mapping[str, str]] = []
        self.denies = False
        self.down = False
        # In the place of every answer of the token endpoint.
        self.token_answer: Response | None = None

    async def authorize(self, request: Request) -> Response:
        asked = request.query_params
        self.asked.append(asked)
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT_ID
        assert asked["code_challenge_method"] == "S256"
        answer = {"state": asked["state"]}
        if self.denies:
            answer["error"] = "access_denied"
        else:
            answer["code"] = token_urlsafe(16)
            self.grants[answer["code"]] = Grant(
                asked["code_challenge"], asked.get("nonce"), asked["redirect_uri"]
            )
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode(answer)}")

    async def token(self, request: Request) -> Response:
        if self.down:
            return PlainTextResponse("down", 503)
        if self.token_answer is not None:
            return self.token_answer
        asked = dict(parse_qsl((await request.body()).decode()))
        verifier = sha256(asked.get("code_verifier", "").encode()).digest()
        challenge = urlsafe_b64encode(verifier).rstrip(b"=").decode()
        grant = self.grants.pop(asked.get("code", ""), None)
        right = grant and (challenge, asked["redirect_uri"]) == (
            grant.challenge,
            grant.redirect_uri,
        )
        if not right or self.client_of(request, asked) != (CLIENT_ID, CLIENT_SECRET):
            return JSONResponse({"error": "invalid_grant"}, self.refused_with)
        assert grant is not None
        return JSONResponse(
            {"access_token": "a token", "token_type": "Bearer", **self.more(grant)}
        )

    def client_of(self, request: Request, asked: Mapping[str, str]) -> tuple[str, ...]:
        scheme, _, credentials = request.headers["authorization"].partition(" ")
        assert scheme == "Basic"
        return tuple(b64decode(credentials).decode().split(":"))

    def more(self, grant: Grant) -> Claims:
        return {}


class Issuer(Authority):
    def __init__(self) -> None:
        super().__init__()
        self.app = Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self.describe),
                Route("/authorize", self.authorize),
                Route("/token", self.token, methods=["POST"]),
                Route("/jwks", self.tell_keys),
                Route("/userinfo", self.tell),
            ]
        )

    def straighten(self) -> None:
        super().straighten()
        # Changes to what it says; None takes something away.
        self.metadata: Claims = {}
        self.claims: Claims = {}
        self.userinfo: Claims = {}
        self.keys = [KEY]
        self.sign: Callable[[Claims], str | None] = sign

    async def describe(self, _request: Request) -> Response:
        if self.down:
            return PlainTextResponse("down", 503)
        said = {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/jwks",
            "userinfo_endpoint": f"{self.url}/userinfo",
            # Whoever believes all of it believes anybody.
            "id_token_signing_alg_values_supported": SIGNED_BY,
        }
        return JSONResponse(bent(said, self.metadata))

    async def tell_keys(self, _request: Request) -> Response:
        return JSONResponse({"keys": [key.as_dict(private=False) for key in self.keys]})

    async def tell(self, request: Request) -> Response:
        assert request.headers["authorization"] == "Bearer a token"
        return JSONResponse(self.userinfo)

    def more(self, grant: Grant) -> Claims:
        now = int(time.time())
        said = {
            "iss": self.url,
            "aud": CLIENT_ID,
            "sub": "7",
            "iat": now,
            "exp": now + 300,
            "nonce": grant.nonce,
            "email_verified": True,
            "name": "Ana",
        }
        id_token = self.sign(bent(said, self.claims))
        return {"id_token": id_token} if id_token else {}


class GitHub(Authority):
    refused_with = 200  # that is how it is

    def __init__(self) -> None:
        super().__init__()
        self.app = Starlette(
            routes=[
                Route("/login/oauth/authorize", self.authorize),
                Route("/login/oauth/access_token", self.token, methods=["POST"]),
                Route("/api/user", self.tell_user),
                Route("/api/user/emails", self.tell_emails),
            ]
        )

    def straighten(self) -> None:
        super().straighten()
        self.user: Claims = {"id": 7, "login": "ana", "name": "Ana"}
        self.emails: list[Claims] = []

    def client_of(self, request: Request, asked: Mapping[str, str]) -> tuple[str, ...]:
        return asked["client_id"], asked["client_secret"]

    async def tell_user(self, request: Request) -> Response:
        assert request.headers["authorization"] == "Bearer a token"
        return JSONResponse(self.user)

    async def tell_emails(self, request: Request) -> Response:
        assert request.headers["authorization"] == "Bearer a token"
        return JSONResponse(self.emails)


def sign(claims: Claims) -> str:
    return jwt.encode({"alg": "ES256", "kid": "1"}, claims, KEY, ["ES256"])


def bent(said: Claims, changes: Claims) -> Claims:
    both = said | changes
    return {name: value for name, value in both.items() if value is not None}

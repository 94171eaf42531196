"""An OpenID Connect issuer and a GitHub for tests, whose answers a test can change."""

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
    """OAuth 2 with PKCE: every user consents at once, each code is valid once."""

    refused_with = 400

    def __init__(self) -> None:
        self.url = ""  # set when it is served
        self.reset()

    def reset(self) -> None:
        """Removes the changes of earlier tests."""
        self.grants: dict[str, Grant] = {}
        self.requests: list[Mapping[str, str]] = []
        self.denies = False
        self.down = False
        # Replaces every answer of the token endpoint.
        self.token_answer: Response | None = None

    async def authorize(self, request: Request) -> Response:
        query = request.query_params
        self.requests.append(query)
        assert query["response_type"] == "code"
        assert query["client_id"] == CLIENT_ID
        assert query["code_challenge_method"] == "S256"
        answer = {"state": query["state"]}
        if self.denies:
            answer["error"] = "access_denied"
        else:
            answer["code"] = token_urlsafe(16)
            self.grants[answer["code"]] = Grant(
                query["code_challenge"], query.get("nonce"), query["redirect_uri"]
            )
        return RedirectResponse(f"{query['redirect_uri']}?{urlencode(answer)}")

    async def token(self, request: Request) -> Response:
        if self.down:
            return PlainTextResponse("down", 503)
        if self.token_answer is not None:
            return self.token_answer
        form = dict(parse_qsl((await request.body()).decode()))
        verifier = sha256(form.get("code_verifier", "").encode()).digest()
        challenge = urlsafe_b64encode(verifier).rstrip(b"=").decode()
        grant = self.grants.pop(form.get("code", ""), None)
        matches = grant and (challenge, form["redirect_uri"]) == (
            grant.challenge,
            grant.redirect_uri,
        )
        if not matches or self.client_of(request, form) != (CLIENT_ID, CLIENT_SECRET):
            return JSONResponse({"error": "invalid_grant"}, self.refused_with)
        assert grant is not None
        return JSONResponse(
            {
                "access_token": "a token",
                "token_type": "Bearer",
                **self.id_token_of(grant),
            }
        )

    def client_of(self, request: Request, form: Mapping[str, str]) -> tuple[str, ...]:
        scheme, _, credentials = request.headers["authorization"].partition(" ")
        assert scheme == "Basic"
        return tuple(b64decode(credentials).decode().split(":"))

    def id_token_of(self, grant: Grant) -> Claims:
        return {}


class Issuer(Authority):
    def __init__(self) -> None:
        super().__init__()
        self.app = Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self.describe),
                Route("/authorize", self.authorize),
                Route("/token", self.token, methods=["POST"]),
                Route("/jwks", self.jwks),
                Route("/userinfo", self.userinfo_endpoint),
            ]
        )

    def reset(self) -> None:
        super().reset()
        # Changes to its answers; None removes a field.
        self.metadata: Claims = {}
        self.claims: Claims = {}
        self.userinfo: Claims = {}
        self.keys = [KEY]
        self.sign: Callable[[Claims], str | None] = sign

    async def describe(self, _request: Request) -> Response:
        if self.down:
            return PlainTextResponse("down", 503)
        fields = {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/jwks",
            "userinfo_endpoint": f"{self.url}/userinfo",
            # A client must not accept all of these.
            "id_token_signing_alg_values_supported": SIGNED_BY,
        }
        return JSONResponse(overridden(fields, self.metadata))

    async def jwks(self, _request: Request) -> Response:
        return JSONResponse({"keys": [key.as_dict(private=False) for key in self.keys]})

    async def userinfo_endpoint(self, request: Request) -> Response:
        assert request.headers["authorization"] == "Bearer a token"
        return JSONResponse(self.userinfo)

    def id_token_of(self, grant: Grant) -> Claims:
        now = int(time.time())
        fields = {
            "iss": self.url,
            "aud": CLIENT_ID,
            "sub": "7",
            "iat": now,
            "exp": now + 300,
            "nonce": grant.nonce,
            "email_verified": True,
            "name": "Ana",
        }
        id_token = self.sign(overridden(fields, self.claims))
        return {"id_token": id_token} if id_token else {}


class GitHub(Authority):
    refused_with = 200  # as GitHub does

    def __init__(self) -> None:
        super().__init__()
        self.app = Starlette(
            routes=[
                Route("/login/oauth/authorize", self.authorize),
                Route("/login/oauth/access_token", self.token, methods=["POST"]),
                Route("/api/user", self.user_endpoint),
                Route("/api/user/emails", self.emails_endpoint),
            ]
        )

    def reset(self) -> None:
        super().reset()
        self.user: Claims = {"id": 7, "login": "ana", "name": "Ana"}
        self.emails: list[Claims] = []

    def client_of(self, request: Request, form: Mapping[str, str]) -> tuple[str, ...]:
        return form["client_id"], form["client_secret"]

    async def user_endpoint(self, request: Request) -> Response:
        assert request.headers["authorization"] == "Bearer a token"
        return JSONResponse(self.user)

    async def emails_endpoint(self, request: Request) -> Response:
        assert request.headers["authorization"] == "Bearer a token"
        return JSONResponse(self.emails)


def sign(claims: Claims) -> str:
    return jwt.encode({"alg": "ES256", "kid": "1"}, claims, KEY, ["ES256"])


def overridden(fields: Claims, changes: Claims) -> Claims:
    both = fields | changes
    return {name: value for name, value in both.items() if value is not None}

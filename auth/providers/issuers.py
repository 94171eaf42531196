"""Identities of people, from OpenID Connect issuers and from GitHub."""

from collections.abc import Mapping
from typing import Any, Protocol

from starlette.requests import Request

from auth.providers.client import TIMEOUT_SECONDS, TLS, OAuthApp, OidcApp, ProviderError
from auth.providers.settings import SignInSettings
from domain.identities import Identity

GOOGLE_ISSUER = "https://accounts.google.com"
CLOCK_SKEW_SECONDS = 60
MAX_SUBJECT_LENGTH = 255


class Provider(Protocol):
    @property
    def app(self) -> OAuthApp: ...

    async def identity(self, request: Request) -> Identity:
        """Of the person whom the provider sent back with this request.

        Raises any error of Authlib and its libraries when something is wrong.
        """


class OidcProvider:
    def __init__(self, name: str, issuer: str, client_id: str, secret: str) -> None:
        self._issuer = issuer
        self._client_id = client_id
        self.app = OidcApp(
            name,
            issuer=issuer,
            client_id=client_id,
            client_secret=secret,
            client_kwargs=_options("openid email profile"),
        )

    async def identity(self, request: Request) -> Identity:
        token = await self.app.authorize_access_token(  # type: ignore[no-untyped-call] # no hints
            request,
            # By itself Authlib checks neither the audience nor missing claims.
            claims_options={
                "iss": {"essential": True, "value": self._issuer},
                "aud": {"essential": True, "value": self._client_id},
                "sub": {"essential": True},
                "exp": {"essential": True},
            },
            leeway=CLOCK_SKEW_SECONDS,
        )
        if "userinfo" not in token:
            raise ProviderError("no ID token")
        claims: Mapping[str, Any] = token["userinfo"]
        if "email" not in claims:
            claims = await self._with_user_info(claims, token)
        verified = claims.get("email_verified")
        vouched_for = verified is True or verified == "true"
        return Identity(
            issuer=self._issuer,
            subject=_subject(claims.get("sub")),
            verified_email=_text(claims.get("email")) if vouched_for else None,
            name=_text(claims.get("name")),
        )

    async def _with_user_info(
        self, claims: Mapping[str, Any], token: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """Many issuers give the e-mail address only at this endpoint."""
        if "userinfo_endpoint" not in await self.app.load_server_metadata():
            return claims
        user_info = await self.app.userinfo(token=token)
        if user_info.get("sub") != claims["sub"]:
            raise ProviderError("the user info is somebody else's")
        return {**user_info, **claims}


class GitHubProvider:
    """OAuth 2 without OpenID Connect: GitHub's API has the identity."""

    def __init__(self, url: str, api_url: str, client_id: str, secret: str) -> None:
        self._issuer = url.rstrip("/")
        self.app = OAuthApp(
            "github",
            client_id=client_id,
            client_secret=secret,
            authorize_url=f"{self._issuer}/login/oauth/authorize",
            access_token_url=f"{self._issuer}/login/oauth/access_token",
            api_base_url=f"{api_url.rstrip('/')}/",
            client_kwargs=_options("read:user user:email")
            | {"token_endpoint_auth_method": "client_secret_post"},
        )

    async def identity(self, request: Request) -> Identity:
        token = await self.app.authorize_access_token(request)  # type: ignore[no-untyped-call] # no hints
        user = await self._get("user", token)
        emails = await self._get("user/emails?per_page=100", token)
        verified = [
            email["email"]
            for email in emails
            if email.get("primary") is True and email.get("verified") is True
        ]
        return Identity(
            issuer=self._issuer,
            subject=_subject(str(int(user["id"]))),
            verified_email=_text(verified[0]) if verified else None,
            name=_text(user.get("name")) or _text(user.get("login")),
        )

    async def _get(self, path: str, token: Mapping[str, Any]) -> Any:
        response = await self.app.get(path, token=token)  # type: ignore[no-untyped-call] # no hints
        return response.raise_for_status().json()


def providers(settings: SignInSettings) -> dict[str, Provider]:
    """The providers that are switched on, by the name in their URLs."""
    made: dict[str, Provider] = {}
    for name in settings.providers:
        client = getattr(settings, f"{name}_client_id")
        secret = settings.secret(f"{name}_client_secret")
        if name == "github":
            made[name] = GitHubProvider(
                settings.github_url, settings.github_api_url, client, secret
            )
        else:
            issuer = settings.oidc_issuer if name == "oidc" else GOOGLE_ISSUER
            made[name] = OidcProvider(name, str(issuer), client, secret)
    return made


def _options(scope: str) -> dict[str, Any]:
    return {
        "scope": scope,
        "code_challenge_method": "S256",
        "timeout": TIMEOUT_SECONDS,
        "verify": TLS,
    }


def _subject(value: object) -> str:
    if not isinstance(value, str) or not value.isprintable():
        raise ProviderError("no subject")
    if not 1 <= len(value) <= MAX_SUBJECT_LENGTH:
        raise ProviderError("an empty subject, or one that is too long")
    return value


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None

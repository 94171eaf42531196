"""Settings of sign-in through identity providers, from the environment."""

from collections.abc import Mapping
from typing import Annotated, Any, Self
from urllib.parse import SplitResult, urlsplit

from pydantic import (
    AfterValidator,
    Field,
    SecretStr,
    field_validator,
    model_validator,
)
from pydantic_settings import NoDecode

from runtime.environment import EnvironmentSettings

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
NEVER_IN_A_URL = frozenset(' \\"<>^`{|}')

# Any of its own settings switches a provider on; then it needs all of them.
PROVIDERS: Mapping[str, tuple[str, ...]] = {
    "oidc": ("oidc_issuer", "oidc_client_id", "oidc_client_secret"),
    "google": ("google_client_id", "google_client_secret"),
    "github": ("github_client_id", "github_client_secret"),
}
SHARED = ("public_url", "sign_in_return_urls", "sign_in_cookie_secret")


def _checked(url: str) -> SplitResult:
    """Requires https, but for hosts of this machine."""
    parts = urlsplit(url)  # raises ValueError, as `port` does
    safe = parts.scheme == "https" or (
        parts.scheme == "http" and parts.hostname in LOOPBACK
    )
    if not safe or not parts.hostname or parts.port == 0:
        raise ValueError("it has to be https://..., or http on this machine")
    if not (url.isascii() and url.isprintable()) or NEVER_IN_A_URL & set(url):
        raise ValueError("it has characters that no URL has")
    if "@" in parts.netloc or "#" in url:
        raise ValueError("it must not have a user or a fragment")
    return parts


def _service(url: str) -> str:
    if "?" in url or not _checked(url):
        raise ValueError("it must not have a query")
    return url


def _origin(url: str) -> str:
    if _checked(url).path not in {"", "/"} or "?" in url:
        raise ValueError("it must not have a path")
    return url.rstrip("/")


def _return_urls(value: Any) -> Any:
    urls = tuple(url.strip() for url in value.split(",") if url.strip())
    for url in urls:
        _checked(url)
    return urls


ServiceUrl = Annotated[str, AfterValidator(_service)]


class SignInSettings(EnvironmentSettings):
    """Without any of them there is no sign-in through providers."""

    # Our URL for browsers: providers send them back there.
    public_url: Annotated[str, AfterValidator(_origin)] | None = None
    # The URLs of clients to return to, comma separated; the first is the default.
    sign_in_return_urls: Annotated[tuple[str, ...], NoDecode] = ()
    # The same for all API processes: any of them may get the browser back.
    sign_in_cookie_secret: SecretStr | None = Field(default=None, min_length=32)
    # Any OpenID Connect issuer, spelt exactly as it spells itself.
    oidc_issuer: ServiceUrl | None = None
    oidc_client_id: str | None = None
    oidc_client_secret: SecretStr | None = None
    google_client_id: str | None = None
    google_client_secret: SecretStr | None = None
    github_client_id: str | None = None
    github_client_secret: SecretStr | None = None
    # Other URLs only for a GitHub enterprise server.
    github_url: ServiceUrl = "https://github.com"
    github_api_url: ServiceUrl = "https://api.github.com"

    @property
    def providers(self) -> list[str]:
        """The names of those that are switched on."""
        return [
            name
            for name, own in PROVIDERS.items()
            if any(getattr(self, each) for each in own)
        ]

    def secret(self, name: str) -> str:
        value: SecretStr = getattr(self, name)
        return value.get_secret_value()

    @field_validator("sign_in_return_urls", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return _return_urls(value) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _all_or_nothing(self) -> Self:
        wanted = [name for on in self.providers for name in PROVIDERS[on]]
        if wanted:
            wanted += SHARED
        missing = [name.upper() for name in wanted if not getattr(self, name)]
        if missing:
            raise ValueError("; ".join(f"{name}: field required" for name in missing))
        return self

"""The API with providers that the tests run themselves, and a browser in front."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from starlette.types import ASGIApp

from tests.support.asgi_server import Environment, running, serving
from tests.support.embedded import EmbeddedStack
from tests.support.issuer import CLIENT_ID, CLIENT_SECRET, GitHub, Issuer
from tests.support.sign_in_browser import (
    OTHER_RETURN_URL,
    PUBLIC_URL,
    RETURN_URL,
    SignInBrowser,
)
from tests.support.signing_keys import make_keys


@pytest.fixture
def email() -> str:
    return f"ana.{uuid4().hex}@cinema.example"


@pytest.fixture(scope="module")
async def served_issuer() -> AsyncIterator[Issuer]:
    issuer = Issuer()
    async with serving(issuer.app) as issuer.url:
        yield issuer


@pytest.fixture(scope="module")
async def served_github() -> AsyncIterator[GitHub]:
    github = GitHub()
    async with serving(github.app) as github.url:
        yield github


@pytest.fixture
def issuer(served_issuer: Issuer, email: str) -> Issuer:
    served_issuer.reset()
    served_issuer.claims = {"email": email, "sub": uuid4().hex}
    return served_issuer


@pytest.fixture
def github(served_github: GitHub, email: str) -> GitHub:
    served_github.reset()
    served_github.user["id"] = uuid4().int >> 80
    served_github.emails = [
        {"email": f"old.{email}", "primary": False, "verified": True},
        {"email": email, "primary": True, "verified": True},
    ]
    return served_github


@pytest.fixture(scope="module")
def without_providers(
    stack: EmbeddedStack, database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Environment:
    keys = tmp_path_factory.mktemp("keys")
    make_keys(keys)
    return {
        **stack.environment,
        "DATABASE_URL": database_url,  # migrated
        "SIGNING_KEYS_DIR": str(keys),
    }


@pytest.fixture(scope="module")
def with_providers(
    without_providers: Environment, served_issuer: Issuer, served_github: GitHub
) -> Environment:
    return {
        **without_providers,
        "PUBLIC_URL": PUBLIC_URL,
        "SIGN_IN_RETURN_URLS": f"{RETURN_URL}, {OTHER_RETURN_URL}",
        "SIGN_IN_COOKIE_SECRET": "c" * 32,
        "RATE_LIMIT_ADDRESS": "10000/minute",  # all tests come from one
        "OIDC_ISSUER": served_issuer.url,
        "OIDC_CLIENT_ID": CLIENT_ID,
        "OIDC_CLIENT_SECRET": CLIENT_SECRET,
        "GITHUB_URL": served_github.url,
        "GITHUB_API_URL": f"{served_github.url}/api",
        "GITHUB_CLIENT_ID": CLIENT_ID,
        "GITHUB_CLIENT_SECRET": CLIENT_SECRET,
    }


@pytest.fixture(scope="module")
async def app(with_providers: Environment) -> AsyncIterator[ASGIApp]:
    async with running(with_providers) as app:
        yield app


@pytest.fixture
async def browser(
    app: ASGIApp,
    issuer: Issuer,  # noqa: ARG001 # straight again, even if a test asks for neither
    github: GitHub,  # noqa: ARG001
) -> AsyncIterator[SignInBrowser]:
    browser = SignInBrowser(app)
    async with browser.http:
        yield browser


@pytest.fixture
async def other_browser(app: ASGIApp) -> AsyncIterator[SignInBrowser]:
    browser = SignInBrowser(app)
    async with browser.http:
        yield browser

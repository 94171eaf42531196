"""A browser that signs in through a provider and returns to the client."""

from typing import Any

import httpx2
from starlette.types import ASGIApp

from loadtest.documents import EXCHANGE_SIGN_IN_CODE
from tests.support import http_client

PUBLIC_URL = "https://tickets.example"
RETURN_URL = "https://client.example/signed-in"
TLS = httpx2.create_ssl_context()  # slow to create, so all browsers share it
OTHER_RETURN_URL = "https://client.example/app?from=tickets"


class SignInBrowser:
    """Keeps cookies; it does not follow the redirect to the client."""

    def __init__(self, app: ASGIApp, address: str = "127.0.0.1") -> None:
        ours = httpx2.ASGITransport(
            app, raise_app_exceptions=False, client=(address, 4711)
        )
        self.http = httpx2.AsyncClient(
            mounts={f"all://{httpx2.URL(PUBLIC_URL).host}": ours},
            verify=TLS,
            timeout=30,
        )
        self.seen: list[httpx2.Response] = []

    async def get(self, url: str, **query: str) -> httpx2.Response:
        response = await self.http.get(url, params=query or None)
        self.seen.append(response)
        return response

    async def begin(self, provider: str = "oidc", **query: str) -> httpx2.Response:
        return await self.get(f"{PUBLIC_URL}/sign-in/{provider}", **query)

    async def to_callback(self, provider: str = "oidc", **query: str) -> str:
        """Signs in at the provider; returns the callback URL of its redirect."""
        at_provider = await self.get(
            (await self.begin(provider, **query)).headers["location"]
        )
        return at_provider.headers["location"]

    async def sign_in(self, provider: str = "oidc", **query: str) -> dict[str, str]:
        """The whole way; returns the query of the URL that the client receives."""
        response = await self.get(await self.to_callback(provider, **query))
        return returned(response)

    async def ask(self, document: str, token: str = "", **variables: Any) -> Any:
        response = await http_client.ask(
            self.http, document, variables, token=token, url=f"{PUBLIC_URL}/graphql"
        )
        answer = response.json()
        assert "errors" not in answer, answer
        return answer["data"]

    async def exchange(self, code: str) -> Any:
        return (await self.ask(EXCHANGE_SIGN_IN_CODE, code=code))["exchangeSignInCode"]


def returned(response: httpx2.Response, to: str = RETURN_URL) -> dict[str, str]:
    assert response.status_code == 303, response.text
    location = response.headers["location"]
    assert location.startswith(to)
    return dict(httpx2.URL(location).params)

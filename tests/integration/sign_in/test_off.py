"""Without a provider in the settings there is no sign-in through providers."""

import asyncio
import sys

import pytest

from tests.support.asgi_server import Environment, running
from tests.support.sign_in_browser import PUBLIC_URL, SignInBrowser

SHOW = """
import sys
from app.asgi import application
from app.settings import Settings
application(Settings.load())
print(*sorted({"authlib", "itsdangerous", "httpx2"} & set(sys.modules)))
"""


async def test_the_routes_are_not_there(without_providers: Environment) -> None:
    paths = ("oidc", "google", "github", "oidc/callback", "")

    async with running(without_providers) as app:
        browser = SignInBrowser(app)
        async with browser.http:
            answers = [
                await browser.get(f"{PUBLIC_URL}/sign-in/{path}") for path in paths
            ]
            listed = await browser.get(f"{PUBLIC_URL}/sign-in/providers")

    assert {answer.status_code for answer in answers} == {404}
    assert listed.json() == {"providers": [], "returnUrls": []}


@pytest.mark.parametrize(
    ("on", "loaded"), [(False, ""), (True, "authlib httpx2 itsdangerous")]
)
async def test_its_libraries_are_loaded_with_a_provider_alone(
    without_providers: Environment, with_providers: Environment, on: bool, loaded: str
) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-c", SHOW),
        env=dict(with_providers if on else without_providers),
        stdout=asyncio.subprocess.PIPE,
    )
    printed, _ = await process.communicate()

    assert printed.decode().strip() == loaded

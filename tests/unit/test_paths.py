"""A path with an extra slash answers 404 and redirects nowhere."""

from pathlib import Path

import pytest
from starlette.routing import Route

from app.asgi import application
from app.settings import Settings
from tests.support.http_client import client_of
from tests.support.signing_keys import make_keys

CLIENT = {
    "PUBLIC_URL": "https://tickets.example",
    "SIGN_IN_RETURN_URLS": "https://app.example/",
    "SIGN_IN_COOKIE_SECRET": "x" * 48,
    "GOOGLE_CLIENT_ID": "id",
    "GOOGLE_CLIENT_SECRET": "secret",
}


async def test_nobody_is_sent_to_a_host_that_a_client_has_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A redirect with a long host would look to a proxy like a failure of the API."""
    make_keys(tmp_path)
    for name, value in CLIENT.items():
        monkeypatch.setenv(name, value)
    app = application(
        Settings(
            database_url="postgresql://nowhere/cinema",
            redis_url="redis://nowhere",
            kafka_bootstrap_servers="nowhere:9092",
            signing_keys_dir=tmp_path,
            introspection=True,
        )
    )
    paths = {route.path for route in app.routes if isinstance(route, Route)}
    assert "/graphql" in paths

    async with client_of(app) as client:
        for path in [*paths - {"/"}, "/sign-in/google", "/sign-in/google/callback"]:
            answer = await client.get(f"{path}/", headers={"Host": "evil.example"})
            assert (answer.status_code, answer.headers.get("location")) == (404, None)

"""The files of /graphiql, and their security and cache headers."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
from starlette.applications import Starlette

from app import explorer
from app.asgi import application
from app.settings import Settings
from tests.support.http_client import client_of
from tests.support.signing_keys import make_keys


@pytest.fixture
def built(tmp_path: Path) -> Path:
    folder = tmp_path / "dist"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html>")
    (folder / "licences.md").write_text("# Licenses")
    (folder / "assets" / "index-1a2b.js").write_text("run()")
    return folder


@pytest.fixture
async def http(built: Path) -> AsyncIterator[httpx2.AsyncClient]:
    async with client_of(Starlette(routes=explorer.routes(built))) as client:
        yield client


async def test_the_page_is_not_cached_and_loads_only_from_its_own_origin(
    http: httpx2.AsyncClient,
) -> None:
    page = await http.get("/graphiql")

    assert (page.status_code, page.text) == (200, "<!doctype html>")
    assert page.headers["cache-control"] == "no-cache"
    assert page.headers["x-content-type-options"] == "nosniff"
    assert page.headers["referrer-policy"] == "no-referrer"
    policy = dict(
        directive.split(" ", 1)
        for directive in page.headers["content-security-policy"].split("; ")
    )
    assert policy["default-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    # Scripts, workers and connections have no own directive: default-src applies.
    assert policy.keys() & {"script-src", "worker-src", "connect-src"} == set()


async def test_the_licences_of_its_packages_go_with_it(
    http: httpx2.AsyncClient,
) -> None:
    licences = await http.get("/graphiql/licences.md")

    assert (licences.status_code, licences.text) == (200, "# Licenses")
    assert licences.headers["content-type"] == "text/plain; charset=utf-8"
    assert licences.headers["cache-control"] == "no-cache"


async def test_assets_are_cached_for_ever(http: httpx2.AsyncClient) -> None:
    part = await http.get("/graphiql/assets/index-1a2b.js")

    assert (part.status_code, part.text) == (200, "run()")
    assert part.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert part.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'self'" in part.headers["content-security-policy"]


@pytest.mark.parametrize("path", ["index-old.js", "../index.html", "%2e%2e/index.html"])
async def test_other_paths_are_not_found(http: httpx2.AsyncClient, path: str) -> None:
    assert (await http.get(f"/graphiql/assets/{path}")).status_code == 404


async def test_an_unbuilt_explorer_says_how_to_build_it(tmp_path: Path) -> None:
    nothing = Starlette(routes=explorer.routes(tmp_path / "dist"))
    async with client_of(nothing) as http:
        page = await http.get("/graphiql")
        part = await http.get("/graphiql/assets/index-1a2b.js")

    assert (page.status_code, part.status_code) == (503, 404)
    assert page.text == (
        "The explorer is not there: it was not built. "
        "`make explorer` builds it, or says why it cannot.\n"
    )


@pytest.mark.parametrize(("switch", "missing"), [("true", False), ("false", True)])
async def test_a_setting_turns_it_off(
    switch: str, missing: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_keys(tmp_path)
    monkeypatch.setenv("DATABASE_URL", "postgresql://nowhere/cinema")
    monkeypatch.setenv("REDIS_URL", "redis://nowhere")
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "nowhere:9092")
    monkeypatch.setenv("SIGNING_KEYS_DIR", str(tmp_path))
    monkeypatch.setenv("EXPLORER", switch)

    async with client_of(application(Settings.load())) as http:
        answer = await http.get("/graphiql")

    assert (answer.status_code == 404) is missing

"""The files of the page for customers: which paths, and their headers."""

import gzip
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
from starlette.applications import Starlette

from app import shop
from tests.support.http_client import client_of

ROOT = Path(__file__).parents[2]
INDEX = "<!doctype html>"
PART = "/assets/index-1a2b.js"


@pytest.fixture
def built(tmp_path: Path) -> Path:
    folder = tmp_path / "dist"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text(INDEX)
    (folder / "sw.js").write_text("serve()")
    (folder / PART[1:]).write_text("run()")
    (folder / f"{PART[1:]}.gz").write_bytes(gzip.compress(b"run()"))
    (folder / f"{PART[1:]}.br").write_bytes(b"\x8b\x02\x80run()\x03")
    return folder


@pytest.fixture
async def http(built: Path) -> AsyncIterator[httpx2.AsyncClient]:
    async with client_of(Starlette(routes=shop.routes(built))) as client:
        yield client


@pytest.mark.parametrize("path", ["/", "/movies/x", "/sessions/a-b", "/tickets"])
async def test_every_page_is_the_same_file(http: httpx2.AsyncClient, path: str) -> None:
    page = await http.get(path)

    assert (page.status_code, page.text) == (200, INDEX)
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("path", ["/none", "/movies", "/movies/x/y", "/assets/none.js"])
async def test_no_other_path_is_found(http: httpx2.AsyncClient, path: str) -> None:
    assert (await http.get(path)).status_code == 404


async def test_a_page_loads_only_from_its_own_origin_and_nothing_inline(
    http: httpx2.AsyncClient,
) -> None:
    page = await http.get("/")

    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
    assert "unsafe" not in policy
    assert set(re.findall(r"-src ([^;]+)", policy)) == {
        "'none'",
        "'self'",
        "'self' data:",
    }
    assert page.headers["x-content-type-options"] == "nosniff"
    assert page.headers["referrer-policy"] == "no-referrer"


async def test_assets_are_cached_for_ever_and_the_service_worker_never(
    http: httpx2.AsyncClient,
) -> None:
    part = await http.get(PART)
    worker = await http.get("/sw.js")

    assert part.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert worker.headers["cache-control"] == "no-cache"
    assert worker.headers["content-type"].startswith("text/javascript")


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("index-1a2b.css", "text/css; charset=utf-8"),
        ("licences.md", "text/plain; charset=utf-8"),
        ("icon.svg", "image/svg+xml"),
    ],
)
async def test_a_file_has_the_same_type_on_every_machine(
    built: Path, name: str, media_type: str
) -> None:
    (built / name).write_text("")
    async with client_of(Starlette(routes=shop.routes(built))) as http:
        assert (await http.get(f"/{name}")).headers["content-type"] == media_type


def test_all_files_of_the_page_have_a_type() -> None:
    built = [path for path in shop.BUILT.rglob("*") if path.is_file()]
    kinds = {path.suffix for path in built} - set(shop.CODINGS.values())
    assert kinds <= shop.TYPES.keys()


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip;q=1.0, br;q=0", "gzip"),
        ("GZIP", "gzip"),
        ("identity", None),
    ],
)
async def test_assets_are_compressed_for_who_can_read_it(
    http: httpx2.AsyncClient, accepted: str, coding: str | None
) -> None:
    part = await http.get(PART, headers={"Accept-Encoding": accepted})

    assert part.headers.get("content-encoding") == coding
    assert part.headers["vary"] == "Accept-Encoding"
    if coding != "br":
        assert part.text == "run()"


async def test_what_the_browser_has_is_not_sent_again(
    http: httpx2.AsyncClient,
) -> None:
    page = await http.get("/")
    etag = page.headers["etag"]
    again = await http.get("/", headers={"If-None-Match": f'"other", W/{etag}'})
    other = await http.get("/", headers={"If-None-Match": '"other"'})

    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == etag
    assert again.headers["cache-control"] == "no-cache"
    assert other.status_code == 200


async def test_a_file_of_the_same_time_and_length_has_another_etag(
    built: Path,
) -> None:
    etags = set()
    for part in ("index-1a2b.js", "index-3c4d.js"):
        (built / "index.html").write_text(part)
        async with client_of(Starlette(routes=shop.routes(built))) as http:
            etags.add((await http.get("/")).headers["etag"])

    assert len(etags) == 2


async def test_nothing_is_changed_by_other_methods(http: httpx2.AsyncClient) -> None:
    head = await http.head("/")

    assert head.status_code == 200
    assert (await http.post("/")).status_code == 405


async def test_an_unbuilt_shop_says_how_to_build_it(tmp_path: Path) -> None:
    async with client_of(Starlette(routes=shop.routes(tmp_path / "dist"))) as http:
        page = await http.get("/movies/x")
        part = await http.get(PART)

    assert (page.status_code, part.status_code) == (503, 404)
    assert "`make shop` builds it" in page.text


def test_its_paths_are_those_of_its_router() -> None:
    router = (ROOT / "web/shop/src/router.ts").read_text("utf-8")
    patterns = re.findall(r"^  \w+: /\^(.+)\$/,$", router, re.MULTILINE)

    paths = {pattern.replace("\\/", "/") for pattern in patterns}
    assert paths == {path.replace("{id}", "([^/]+)") for path in shop.PAGES}

"""What browsers and caches may do with the answers of the whole program."""

import re

import httpx2
import pytest

from tests.support.run import RunUnderTest
from tests.support.running_service import RunningService

NO_STORE = "no-store"
PAGES = {
    "/": "no-cache",
    "/developers": "no-cache",
    "/graphiql": "no-cache",
    "/schema.graphql": "no-cache",
    "/possible-types.json": "public, max-age=60",
    "/.well-known/jwks.json": "public, max-age=30",
    "/graphql": NO_STORE,  # 400: no query
    "/graphql?query={viewer{id}}": NO_STORE,
    "/healthz": NO_STORE,
    "/readyz": NO_STORE,
    "/metrics": NO_STORE,
    "/graphiql/assets/none.js": NO_STORE,  # 404
    "/none": NO_STORE,
}


@pytest.mark.parametrize("path", PAGES)
async def test_no_answer_is_stored_or_guessed_at(
    service: RunningService, path: str
) -> None:
    async with httpx2.AsyncClient() as http:
        answer = await http.get(service.address + path)

    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == PAGES[path]


async def test_files_with_a_hash_in_their_names_may_be_kept(
    service: RunningService,
) -> None:
    async with httpx2.AsyncClient(base_url=service.address) as http:
        page = (await http.get("/graphiql")).text
        files = re.findall(r'(?:src|href)="(/graphiql/assets/[^"]+)"', page)
        answers = [await http.get(file) for file in files]

    assert len(answers) > 1
    assert {
        (each.headers["x-content-type-options"], each.headers["cache-control"])
        for each in answers
    } == {("nosniff", "public, max-age=31536000, immutable")}


async def test_neither_is_what_the_worker_answers(live_run: RunUnderTest) -> None:
    port = live_run.settings()["METRICS_PORT"]
    async with httpx2.AsyncClient() as http:
        answer = await http.get(f"http://127.0.0.1:{port}/metrics")

    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == NO_STORE

"""Nothing that we lock has a known vulnerability.

What cannot be reached is skipped, with the reason; REQUIRE_ADVISORIES=1 fails instead.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from tests.support import advisories
from tests.support.advisories import UnreachableError
from tests.support.locks import NPM_LOCKS, PYTHON_LOCKS

SMALL = "requirements-node.lock"
BROWSER = "tests/browser/package-lock.json"


@contextmanager
def reachable() -> Iterator[None]:
    try:
        yield
    except UnreachableError as error:
        message = f"NOT AUDITED: {error}"
        if os.environ.get("REQUIRE_ADVISORIES"):
            pytest.fail(message)
        pytest.skip(message)


@pytest.mark.parametrize("lock", PYTHON_LOCKS)
def test_python_packages(lock: str) -> None:
    with reachable():
        assert advisories.of_python(lock) == set()


@pytest.mark.parametrize("lock", NPM_LOCKS)
def test_npm_packages(lock: str) -> None:
    with reachable():
        assert advisories.of_npm(lock) == set()


@pytest.mark.parametrize("image", advisories.images())
def test_debian_packages(image: str) -> None:
    with reachable():
        assert advisories.of_image(image) == set()


class Service(BaseHTTPRequestHandler):
    """An advisory service, with one answer to everything."""

    def __init__(self, status: int, answer: Any, *arguments: Any) -> None:
        self.status, self.answer = status, answer
        super().__init__(*arguments)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(self.status)
        self.end_headers()
        self.wfile.write(json.dumps(self.answer).encode())

    def log_message(self, *_: Any) -> None:
        """Nothing: pytest shows what failed."""


@contextmanager
def service(status: int, answer: Any) -> Iterator[str]:
    with ThreadingHTTPServer(
        ("127.0.0.1", 0), partial(Service, status, answer)
    ) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()


def test_a_finding_in_a_python_lock_is_reported() -> None:
    advisory = {"id": "PYSEC-0-1", "summary": "bad", "details": "bad", "affected": []}

    with service(200, {"vulns": [advisory]}) as url:
        found = advisories.of_python(SMALL, url)

    assert {each.partition(": ")[2] for each in found} == {"PYSEC-0-1"}


def test_a_finding_in_an_npm_lock_is_reported() -> None:
    page = "https://github.com/advisories/GHSA-0"
    advisory = {"id": 1, "url": page, "title": "bad", "severity": "low"}
    answer = {"ws": [{**advisory, "vulnerable_versions": "*"}]}

    with service(200, answer) as url:
        found = advisories.of_npm(BROWSER, "--registry", url)

    assert found == {f"ws: {page}"}


def test_a_service_that_fails_is_no_clean_answer() -> None:
    with service(405, {}) as url:
        with pytest.raises(UnreachableError):
            advisories.of_python(SMALL, url)
        with pytest.raises(UnreachableError):
            advisories.of_npm(BROWSER, "--registry", url)


def test_security_updates_of_debian_are_found() -> None:
    simulated = (
        "Inst libssl3t64 [3.5.1-1] (3.5.4-1 Debian-Security:13/stable [amd64])\n"
        "Inst tzdata [2025a-1] (2025b-1 Debian:13.2/stable [all])\n"
        "Conf libssl3t64 (3.5.4-1 Debian-Security:13/stable [amd64])\n"
    )

    assert advisories.UPDATE.findall(simulated) == [
        "libssl3t64 [3.5.1-1] (3.5.4-1 Debian-Security:13/stable [amd64])"
    ]

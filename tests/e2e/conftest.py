"""The whole program, started once for each test process."""

import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page

from persistence.postgres.pool import Pool, open_pool
from stack.embedded.ports import ReservedPort
from tests.support.browser import chromium, refuse_an_older
from tests.support.changed_answers import Answers
from tests.support.page_rules import narrow_page
from tests.support.prepared import prepared
from tests.support.run import RunUnderTest, copied_run, start_once
from tests.support.running_service import Customer, RunningService
from tests.support.seat_map_page import Enter, entering


@pytest.fixture(scope="session")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a run that was started and stopped once; copy it."""
    return prepared(tmp_path_factory, "planted", start_once)


@pytest.fixture(scope="session")
def live_run(
    planted: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunUnderTest]:
    with copied_run(planted, tmp_path_factory.mktemp("live")) as run:
        yield run


@pytest.fixture
def service(live_run: RunUnderTest) -> RunningService:
    return RunningService(live_run)


@pytest.fixture
async def live_pool(live_run: RunUnderTest) -> AsyncIterator[Pool]:
    url = live_run.settings()["DATABASE_URL"]
    pool = await open_pool(url, max_size=4, name="tests")
    yield pool
    await pool.close()


@pytest.fixture
async def ana(service: RunningService) -> AsyncIterator[Customer]:
    async with service.customer(0) as customer:
        yield customer


@pytest.fixture
async def bruno(service: RunningService) -> AsyncIterator[Customer]:
    async with service.customer(1) as customer:
        yield customer


@pytest.fixture(scope="session")
def running(
    planted: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunUnderTest]:
    """One that several tests look at; whatever they do to it, it still runs then."""
    with copied_run(planted, tmp_path_factory.mktemp("running")) as run:
        yield run


@pytest.fixture(scope="session")
def paid_run(
    planted: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunUnderTest]:
    """With the payment sandbox."""
    with ExitStack() as ending:
        with pytest.MonkeyPatch.context() as patch:  # what starts later has it no more
            patch.setenv("PAYMENT_PROVIDER", "sandbox")
            copied = copied_run(planted, tmp_path_factory.mktemp("paid"))
            run = ending.enter_context(copied)
        yield run


@pytest.fixture
def folder(planted: Path, tmp_path: Path) -> Path:
    return shutil.copytree(planted, tmp_path / "data")


@pytest.fixture
def port() -> Iterator[int]:
    reserved = ReservedPort()
    yield reserved.number
    reserved.close()


@pytest.fixture(scope="module")
async def shop_browser() -> AsyncIterator[Browser]:
    refuse_an_older("shop")
    async with chromium() as browser:
        yield browser


@pytest.fixture
async def enter(shop_browser: Browser, service: RunningService) -> AsyncIterator[Enter]:
    async with entering(shop_browser, service) as enter:
        yield enter


@pytest.fixture
async def page(shop_browser: Browser) -> AsyncIterator[Page]:
    """A narrow one, in a context of its own; some files have another."""
    async with narrow_page(shop_browser) as page:
        yield page


@pytest.fixture
def answers(page: Page) -> Answers:
    return Answers(page)

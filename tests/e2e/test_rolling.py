"""Two APIs and two workers: restarts, freezes and kills go unnoticed."""

import asyncio
import itertools
import signal
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest

from domain.events import RESERVATIONS
from loadtest.documents import RESERVE_SEATS
from persistence.postgres.pool import Pool
from realtime.broker import Kafka
from realtime.cloud_event import CloudEvent
from tests.support.app_process import AppProcess, app_process
from tests.support.cinema import Cinema, Show
from tests.support.embedded import EmbeddedStack
from tests.support.http_client import ask
from tests.support.in_process_client import SLOW_MACHINE_FACTOR, access_token
from tests.support.polling import eventually
from tests.support.sale_events import hold, read_topic, until_outbox_is_empty

BUYERS = 6
SEATS = 3_000
TAKEOVER_SECONDS = 5
DRAIN_SECONDS = 3
# As a proxy has to: it drops idle connections before a draining API closes them.
LIMITS = httpx2.Limits(keepalive_expiry=DRAIN_SECONDS / 6)


@pytest.fixture
def environment(
    stack: EmbeddedStack, scratch_database_url: str, tmp_path: Path
) -> dict[str, str]:
    return {
        **stack.environment,
        "DATABASE_URL": scratch_database_url,
        "SIGNING_KEYS_DIR": str(tmp_path / "keys"),
        "DRAIN_SECONDS": str(DRAIN_SECONDS),
        "MAX_SEATS_PER_CUSTOMER": str(SEATS),
    }


@pytest.fixture
async def cinema(scratch_pool: Pool) -> Cinema:
    return Cinema(scratch_pool)


@pytest.fixture
def workers(environment: dict[str, str], tmp_path: Path) -> Iterator[list[AppProcess]]:
    (tmp_path / "keys").mkdir(mode=0o700, exist_ok=True)
    with ExitStack() as ending:
        workers = [
            ending.enter_context(
                app_process("worker", environment, tmp_path / f"worker-{number}.log")
            )
            for number in (1, 2)
        ]
        for worker in workers:
            worker.wait_until_ready()
        yield workers


Answer = dict[str, dict[str, Any]]


@dataclass
class Buyers:
    """They buy seat after seat at both APIs in turn, as behind a proxy."""

    show: Show
    apis: list[AppProcess]
    over: asyncio.Event = field(default_factory=asyncio.Event)
    held: list[UUID] = field(default_factory=list)
    lost: list[object] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._seats = iter(self.show.seat_ids)
        self._turns = itertools.cycle(range(len(self.apis)))

    async def run(self, token: str) -> None:
        headers = {"authorization": f"Bearer {token}"}
        async with httpx2.AsyncClient(
            headers=headers, timeout=30, limits=LIMITS
        ) as http:
            await self.buy(http)

    async def buy(self, http: httpx2.AsyncClient) -> None:
        while not self.over.is_set():
            entered = {
                "sessionId": str(self.show.session_id),
                "seatIds": [str(next(self._seats))],
                "idempotencyKey": str(uuid4()),
            }
            try:
                held = (await self._reserve(http, entered))["data"]["reserveSeats"]
                self.held.append(UUID(held["id"]))
            except (httpx2.HTTPError, KeyError, TypeError) as error:
                self.lost.append(error)
            await asyncio.sleep(0.1)  # so that the seats last for slow restarts

    async def _reserve(
        self, http: httpx2.AsyncClient, entered: Mapping[str, object]
    ) -> Answer:
        """Retries with the same key at the other API if this one is gone.

        The kernel accepts connections for a listener that then closes. It resets them:
        no request on them was read.
        """
        turn = next(self._turns)
        for api in (*self.apis[turn:], *self.apis[:turn]):
            try:
                response = await ask(
                    http, RESERVE_SEATS, {"input": entered}, url=f"{api.url}/graphql"
                )
            except (httpx2.ConnectError, httpx2.ReadError):
                continue
            answer: Answer = response.json()
            return answer
        raise httpx2.ConnectError("no API answers")


async def test_a_rolling_restart_under_load_loses_nothing(
    workers: list[AppProcess],
    environment: dict[str, str],
    cinema: Cinema,
    tmp_path: Path,
) -> None:
    show = await cinema.open_session(seats=SEATS)
    customers = await cinema.customers(BUYERS)
    tokens = [access_token(tmp_path / "keys", who) for who in customers]
    with ExitStack() as ending:
        apis = [
            ending.enter_context(
                app_process("serve", environment, tmp_path / f"api-{number}.log")
            )
            for number in (1, 2)
        ]
        for api in apis:
            await asyncio.to_thread(api.wait_until_ready)
        buyers = Buyers(show, apis)
        buying = [asyncio.create_task(buyers.run(token)) for token in tokens]
        for process in (apis[0], workers[0], apis[1], workers[1]):
            before = len(buyers.held)
            await asyncio.to_thread(process.restart)

            async def more_is_held(before: int = before) -> bool:
                return len(buyers.held) > before + BUYERS

            await eventually(more_is_held)
        buyers.over.set()
        await asyncio.gather(*buying)
        await until_outbox_is_empty(cinema)

    assert buyers.lost == []
    assert await cinema.count("reservations", "TRUE") == len(set(buyers.held))
    assert await cinema.count("payments", "TRUE") == len(buyers.held)


async def test_another_relay_goes_on_where_one_is_frozen_or_killed(
    workers: list[AppProcess], cinema: Cinema, kafka: Kafka
) -> None:
    show = await cinema.open_session()
    first, second = workers

    async def is_unavailable(seat: int) -> None:
        await hold(cinema, show, seat)

        async def all_sent() -> bool:
            return await cinema.count("outbox", "sends = 0") == 0

        await eventually(all_sent, TAKEOVER_SECONDS * SLOW_MACHINE_FACTOR)

    await is_unavailable(0)
    first.send(signal.SIGSTOP)
    await is_unavailable(1)
    first.send(signal.SIGCONT)
    second.send(signal.SIGSTOP)
    await is_unavailable(2)
    second.send(signal.SIGCONT)
    first.send(signal.SIGKILL)
    first.wait()
    await is_unavailable(3)
    await until_outbox_is_empty(cinema)

    # Events that the frozen worker had not confirmed in time were sent again.
    sent = await read_topic(kafka, RESERVATIONS, show.session_id)
    assert len({CloudEvent.decode(each.value).id for each in sent}) == 4
    assert await cinema.count("payments", "TRUE") == 4

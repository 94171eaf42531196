"""The whole cluster comes up, sells through NGINX, and leaves nothing behind."""

import os
import re
import signal
from collections.abc import AsyncIterator, Iterator

import asyncpg
import httpx2
import pytest
from redis import Redis
from redis.exceptions import AuthenticationError

from loadtest.documents import SIGN_IN
from stack.cluster import status
from stack.cluster.control import Control
from stack.embedded.ports import ReservedPort
from tests.support.cluster import started_cluster
from tests.support.http_client import ask
from tests.support.polling import eventually
from tests.support.processes import wait_until_gone
from tests.support.run import RunUnderTest
from tests.support.running_service import Customer, RunningService

ANA = {"email": "ana@cinema.example", "password": "correct-horse-ana"}

Cluster = tuple[RunUnderTest, Control]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    reserved = ReservedPort()
    folder = tmp_path_factory.mktemp("cluster") / "data"
    with started_cluster(folder, reserved.number) as started:
        started[0].wait_until_ready()
        yield started
    reserved.close()


@pytest.fixture
def service(cluster: Cluster) -> RunningService:
    return RunningService(cluster[0])


@pytest.fixture
async def ana(service: RunningService) -> AsyncIterator[Customer]:
    async with httpx2.AsyncClient(timeout=30) as http:
        answer = await ask(http, SIGN_IN, {"input": ANA}, url=service.url)
    token = answer.json()["data"]["signIn"]["accessToken"]
    async with service.customer_with_token(token) as customer:
        yield customer


async def test_a_seat_is_held_and_bought_through_nginx(
    service: RunningService, ana: Customer
) -> None:
    session, seats = await service.session(ana)

    held = await ana.reserve(session, seats[0])
    paid = await ana.approve(await ana.payment_of(held["id"]))

    assert held["status"] == "PENDING"
    assert (paid["status"], paid["reservation"]["status"]) == ("APPROVED", "CONFIRMED")


async def test_nginx_keeps_what_is_for_operators_to_itself(
    service: RunningService,
) -> None:
    async with httpx2.AsyncClient() as http:
        metrics = await http.get(f"{service.address}/metrics")
        health = await http.get(f"{service.address}/healthz")

    assert (metrics.status_code, health.status_code) == (404, 200)


async def test_who_sells_owns_nothing(cluster: Cluster) -> None:
    db = await asyncpg.connect(cluster[0].settings()["DATABASE_URL"])

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await db.execute("DROP TABLE claims")

    await db.close()


def test_nobody_without_a_password_is_told_anything_by_redis(cluster: Cluster) -> None:
    services = cluster[1].services()
    guarded = [name for name in services if name.startswith(("redis", "sent", "redl"))]
    assert len(guarded) == 9

    for name in guarded:
        [port] = services[name]["ports"].values()
        with Redis(port=port) as stranger, pytest.raises(AuthenticationError):
            stranger.ping()


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PATCH", "/config"),
        ("POST", "/restart"),
        ("POST", "/reinitialize"),
        ("POST", "/switchover"),
    ],
)
def test_patroni_does_nothing_for_whoever_has_no_password(
    cluster: Cluster, method: str, path: str
) -> None:
    """What it starts, and who leads, could be changed there."""
    for name in ("postgres-1", "postgres-2"):
        port = cluster[1].services()[name]["ports"]["8008"]
        refused = httpx2.request(method, f"http://127.0.0.1:{port}{path}", json={})
        assert refused.status_code == 401


def test_status_shows_roles_and_leaders(cluster: Cluster) -> None:
    shown = "\n".join(status.lines(cluster[0].folder))

    assert len(re.findall(r"postgres-\d leader, running", shown)) == 1
    assert len(re.findall(r"postgres-\d sync_standby, streaming", shown)) == 1
    assert len(re.findall(r"redis-\d primary, say (sentinel-\d(, )?){3}", shown)) == 1
    assert len(re.findall(r"redis-\d replica, link ok", shown)) == 2
    assert "redlock-1 up, redlock-2 up, redlock-3 up" in shown
    assert re.search(r"worker-\d holds the lease for \d", shown)
    assert len(re.findall(r"api-\d ready, redis ok", shown)) == 3
    assert shown.endswith("Not up   nothing")
    assert "sandbox" not in cluster[1].services()


async def test_what_is_killed_starts_again_and_what_is_stopped_stays_down(
    cluster: Cluster, service: RunningService, ana: Customer
) -> None:
    _, control = cluster
    former = control.services()["api-1"]["pid"]

    control.kill("api-1")
    control.stop("api-2")

    async def is_another() -> bool:
        now = control.services()["api-1"]
        return bool(now["state"] == "running" and now["pid"] != former)

    await eventually(is_another, 30)
    session, seats = await service.session(ana)
    assert (await ana.reserve(session, seats[0]))["status"] == "PENDING"
    assert control.services()["api-2"]["state"] == "down"
    control.start("api-2")
    assert control.services()["api-2"]["state"] == "running"


def test_nothing_outlives_a_supervisor_that_is_killed(cluster: Cluster) -> None:
    """Not even what is frozen, or what Patroni and NGINX have started."""
    run, control = cluster
    frozen = ["postgres-1", "nginx", "redis-1"]
    for name in frozen:
        control.pause(name)
    assert [control.services()[name]["state"] for name in frozen] == ["paused"] * 3
    processes = run.descendants()
    assert len(processes) > 30

    os.kill(run.process.pid, signal.SIGKILL)

    assert wait_until_gone(processes, seconds=20) == set()

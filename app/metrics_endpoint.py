"""/metrics: what was counted, and how things are at the moment of asking."""

import asyncio
import hmac
import logging
from collections.abc import Iterable, Iterator
from ipaddress import IPv6Address, ip_address

from prometheus_client import generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from pydantic import SecretStr
from sqlalchemy import QueuePool
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from app.wiring import Connections
from persistence.sales.backlog import Behind, backlog
from realtime.topics import FANOUT_CONSUMER, PAYMENTS_CONSUMER
from runtime.deadline import with_deadline

logger = logging.getLogger(__name__)

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
AWAITED = ("relay", PAYMENTS_CONSUMER, FANOUT_CONSUMER)
FORWARDED = ("forwarded", "x-forwarded-for")


class Scrape:
    """Strangers learn nothing here, not even that there is something."""

    def __init__(self, token: SecretStr | None) -> None:
        self._token = token
        self._to: Connections | None = None
        self._engine: AsyncEngine | None = None

    def watch(self, to: Connections, engine: AsyncEngine | None = None) -> None:
        self._to, self._engine = to, engine

    def stop(self) -> None:
        self._to = self._engine = None

    async def answer(self, request: Request) -> Response:
        if self._token is not None:
            wanted = f"Bearer {self._token.get_secret_value()}".encode()
            given = request.headers.get("authorization", "").encode("latin-1")
            if not hmac.compare_digest(given, wanted):
                return Response(status_code=401, headers={"WWW-Authenticate": "Bearer"})
        elif not _is_near(request):
            return PlainTextResponse("Not Found", 404)
        return Response(await self._text(), media_type=CONTENT_TYPE)

    async def _text(self) -> bytes:
        now = _Now([] if self._to is None else await self._now(self._to))
        return generate_latest() + generate_latest(now)

    async def _now(self, to: Connections) -> list[Metric]:
        behind, redis = await asyncio.gather(_ask_postgres(to), _ask_redis(to))
        up = GaugeMetricFamily(
            "cinema_up", "Whether the server answered just now.", labels=["server"]
        )
        up.add_metric(["postgres"], behind is not None)
        up.add_metric(["redis"], redis)
        return [up, *self._connections(to), *_outbox(behind)]

    def _connections(self, to: Connections) -> Iterator[Metric]:
        """What cannot be had at once is waited for: see that some are idle."""
        now = GaugeMetricFamily(
            "cinema_db_connections",
            "Connections of a pool to Postgres: in_use, idle, and how many it may have"
            " at most.",
            labels=["pool", "state"],
        )
        size, idle = to.pool.get_size(), to.pool.get_idle_size()
        now.add_metric(["decisions", "in_use"], size - idle)
        now.add_metric(["decisions", "idle"], idle)
        now.add_metric(["decisions", "most"], to.pool.get_max_size())
        if self._engine and isinstance(self._engine.pool, QueuePool):
            reads = self._engine.pool
            now.add_metric(["reads", "in_use"], reads.checkedout())
            now.add_metric(["reads", "idle"], reads.checkedin())
            now.add_metric(["reads", "most"], reads.size())
        yield now


class _Now(Collector):
    def __init__(self, metrics: Iterable[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> Iterable[Metric]:
        return self._metrics


def _outbox(behind: dict[str | None, Behind] | None) -> Iterator[Metric]:
    """Nothing when Postgres is away: an old figure would look like a good one."""
    if behind is None:
        return
    whole = behind.get(None, Behind())
    yield GaugeMetricFamily(
        "cinema_outbox_events",
        "Events that some consumer has not confirmed yet.",
        value=whole.events,
    )
    yield GaugeMetricFamily(
        "cinema_outbox_oldest_seconds", "Age of the oldest of them.", whole.seconds
    )
    events = GaugeMetricFamily(
        "cinema_behind_events",
        "Events that the relay has not sent, or a consumer has not confirmed.",
        labels=["who"],
    )
    seconds = GaugeMetricFamily(
        "cinema_behind_seconds", "Age of the oldest of them.", labels=["who"]
    )
    for who in AWAITED:
        lag = behind.get(who, Behind())
        events.add_metric([who], lag.events)
        seconds.add_metric([who], lag.seconds)
    yield events
    yield seconds


async def _ask_postgres(to: Connections) -> dict[str | None, Behind] | None:
    try:
        return await with_deadline(backlog(to.pool))
    except Exception as error:  # noqa: BLE001 # whatever it is, the scrape goes on
        logger.warning("scraped without Postgres: %r", error)
        return None


async def _ask_redis(to: Connections) -> bool:
    try:
        await with_deadline(to.redis.ping())
    except Exception:  # noqa: BLE001 # whatever it is, that is the answer
        return False
    return True


def _is_near(request: Request) -> bool:
    """From this machine or its private network, and not on a stranger's behalf."""
    if request.client is None or any(name in request.headers for name in FORWARDED):
        return False
    try:
        address = ip_address(request.client.host)
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return address.is_private

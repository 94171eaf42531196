"""/metrics: what was counted, and the state of the servers at this moment."""

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

from app.money_metrics import money_metrics
from app.resources import Resources
from domain.account_events import NOTICES_CONSUMER
from domain.events import FANOUT_CONSUMER, PAYMENTS_CONSUMER
from persistence.money.backlog import MoneyBacklog, read_money_backlog
from persistence.sales.backlog import Backlog, read_backlogs
from runtime.deadline import with_deadline

logger = logging.getLogger(__name__)

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
AWAITED = ("relay", PAYMENTS_CONSUMER, FANOUT_CONSUMER, NOTICES_CONSUMER)
FORWARDED = ("forwarded", "x-forwarded-for")


class MetricsEndpoint:
    """Strangers get 404: they do not even learn that there are metrics.

    Without `resources` it has what was counted, and nothing about the servers.
    """

    def __init__(
        self,
        token: SecretStr | None,
        resources: Resources | None = None,
        read_engine: AsyncEngine | None = None,
    ) -> None:
        self._token = token
        self._resources = resources
        self._read_engine = read_engine

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
        metrics = [] if self._resources is None else await self._state(self._resources)
        return generate_latest() + generate_latest(_Collected(metrics))

    async def _state(self, resources: Resources) -> list[Metric]:
        waiting, redis = await asyncio.gather(
            _waiting_in_postgres(resources), _redis_answers(resources)
        )
        up = GaugeMetricFamily(
            "cinema_up", "Whether the server answered just now.", labels=["server"]
        )
        up.add_metric(["postgres"], waiting is not None)
        up.add_metric(["redis"], redis)
        metrics = [up, self._connections(resources)]
        if waiting is not None:  # an old figure would look like a good one
            lags, money = waiting
            metrics += [*_outbox(lags), *money_metrics(money)]
        return metrics

    def _connections(self, resources: Resources) -> Metric:
        """Shows whether some are idle: without one a request waits."""
        connections = GaugeMetricFamily(
            "cinema_db_connections",
            "Connections of a pool to Postgres: in_use, idle, and how many it may have"
            " at most.",
            labels=["pool", "state"],
        )
        size, idle = resources.pool.get_size(), resources.pool.get_idle_size()
        connections.add_metric(["decisions", "in_use"], size - idle)
        connections.add_metric(["decisions", "idle"], idle)
        connections.add_metric(["decisions", "most"], resources.pool.get_max_size())
        if self._read_engine and isinstance(self._read_engine.pool, QueuePool):
            reads = self._read_engine.pool
            connections.add_metric(["reads", "in_use"], reads.checkedout())
            connections.add_metric(["reads", "idle"], reads.checkedin())
            connections.add_metric(["reads", "most"], reads.size())
        return connections


class _Collected(Collector):
    """Metrics that were made for this one answer."""

    def __init__(self, metrics: Iterable[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> Iterable[Metric]:
        return self._metrics


def _outbox(lags: dict[str | None, Backlog]) -> Iterator[Metric]:
    whole = lags.get(None, Backlog())
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
        lag = lags.get(who, Backlog())
        events.add_metric([who], lag.events)
        seconds.add_metric([who], lag.seconds)
    yield events
    yield seconds


async def _waiting_in_postgres(
    resources: Resources,
) -> tuple[dict[str | None, Backlog], MoneyBacklog] | None:
    async def read() -> tuple[dict[str | None, Backlog], MoneyBacklog]:
        pool = resources.pool
        return await read_backlogs(pool), await read_money_backlog(pool)

    try:
        return await with_deadline(read())
    except Exception as error:  # noqa: BLE001 # any error: the rest is still answered
        logger.warning("metrics without Postgres: %r", error)
        return None


async def _redis_answers(resources: Resources) -> bool:
    try:
        await with_deadline(resources.redis.ping())
    except Exception:  # noqa: BLE001 # any error is the answer
        return False
    return True


def _is_near(request: Request) -> bool:
    """From this machine or its private network, and not forwarded by a proxy."""
    if request.client is None or any(name in request.headers for name in FORWARDED):
        return False
    try:
        address = ip_address(request.client.host)
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return address.is_private

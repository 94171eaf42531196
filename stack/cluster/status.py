"""Roles and lags of a running cluster, as its servers report them."""

import asyncio
import json
import urllib.request
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from aiokafka.admin import AIOKafkaAdminClient
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from persistence.postgres.connection import connect
from runtime import run_file
from runtime.deadline import with_deadline
from runtime.errors import CommandError
from stack.cluster.control import Control
from stack.embedded.ports import LOOPBACK

SECONDS = 3.0
LAG = """
SELECT application_name, sync_state,
       coalesce(extract(epoch FROM replay_lag), 0)::float8 AS seconds,
       replay_lsn IS NULL AS only_receives,  -- a backup, and no standby
       pg_wal_lsn_diff(pg_current_wal_lsn(), coalesce(replay_lsn, flush_lsn))::int8
           AS bytes
FROM pg_stat_replication
"""
LEASE = """
SELECT extract(epoch FROM held_until - clock_timestamp())::float8 FROM relay_lease
"""
LEADS = b"cinema_relay_leads 1.0"
METRICS_PORT = "9100"  # of a worker, in the compose file
EVENTS = "SELECT count(*) FROM (SELECT FROM outbox LIMIT 100000) AS waiting"

Services = Mapping[str, Mapping[str, Any]]


def lines(folder: Path) -> Iterator[str]:
    """A line per fact, also per failure; raises CommandError without a cluster."""
    services = Control(folder).services()
    try:
        run = json.loads((folder / run_file.FILE).read_text("utf-8"))
    except FileNotFoundError as error:
        raise CommandError(f"The cluster in {folder} is still starting.") from error
    yield from asyncio.run(_lines(services, run["environment"]))


async def _lines(services: Services, settings: Mapping[str, str]) -> list[str]:
    parts = {
        "Postgres": lambda: _postgres(services),
        "Standby": lambda: _standby(settings),
        "Relay": lambda: _relay(services, settings),
        "Redis": lambda: _redis(services, settings),
        "Redlock": lambda: _redlock(settings),
        "Kafka": lambda: _kafka(settings),
        "APIs": lambda: _apis(services),
    }
    reports = await asyncio.gather(*(_answer(ask) for ask in parts.values()))
    found = []
    for title, answers in zip(parts, reports, strict=True):
        found += [f"{title:9}{answers[0]}", *(f"{'':9}{each}" for each in answers[1:])]
    down = [f"{n} ({s['state']})" for n, s in services.items() if _is_down(s)]
    return [*found, f"{'Not up':9}{', '.join(down) or 'nothing'}"]


def _is_down(service: Mapping[str, Any]) -> bool:
    return service["state"] not in {"running", "done"}


async def _answer(ask: Callable[[], Awaitable[list[str]]]) -> list[str]:
    try:
        return await with_deadline(ask(), SECONDS) or ["nobody"]
    except Exception as error:  # noqa: BLE001 # any error is the answer
        return [f"does not answer ({type(error).__name__})"]


async def _postgres(services: Services) -> list[str]:
    """As reported by the first Patroni that answers."""
    for name in sorted(services):
        port = services[name]["ports"].get("8008")
        if port and (members := await _members(port)):
            return [f"{name} {role}" for name, role in members.items()]
    return []


async def _standby(settings: Mapping[str, str]) -> list[str]:
    # The role of the programs may not see connections of other roles.
    db = await connect(settings["DATABASE_OWNER_URL"], timeout=SECONDS)
    try:
        return [_follower(row) for row in await db.fetch(LAG)]
    finally:
        await db.close()


def _follower(row: Mapping[str, Any]) -> str:
    name, behind = row["application_name"], f"{row['bytes']} bytes behind"
    if row["only_receives"]:
        return f"{name} receives, {behind}"
    return (
        f"{name} replays {row['seconds'] * 1000:.1f} ms, {behind}: {row['sync_state']}"
    )


async def _members(port: int) -> dict[str, str]:
    try:
        report = json.loads(await asyncio.to_thread(_read, port, "/cluster"))
    except (OSError, ValueError):
        return {}
    return {
        each["name"]: f"{each['role']}, {each['state']}"
        f", timeline {each.get('timeline', 'unknown')}"
        for each in sorted(report["members"], key=lambda each: str(each["name"]))
    }


def _read(port: int, path: str) -> bytes:
    url = f"http://{LOOPBACK}:{port}{path}"
    with urllib.request.urlopen(url, timeout=1) as answer:
        body: bytes = answer.read()
    return body


async def _relay(services: Services, settings: Mapping[str, str]) -> list[str]:
    db = await connect(settings["DATABASE_URL"], timeout=SECONDS)
    try:
        seconds = await db.fetchval(LEASE)
        waiting = await db.fetchval(EVENTS)
    finally:
        await db.close()
    if seconds is None or seconds < 0:
        return [f"no worker's relay holds the lease; {waiting} events wait"]
    who = await _leader(services) or "a worker that does not answer"
    return [f"{who} holds the lease for {seconds:.1f} s more; {waiting} events wait"]


async def _leader(services: Services) -> str | None:
    """The worker whose own metrics say that its relay leads."""

    async def leads(port: int) -> bool:
        with suppress(OSError):
            return LEADS in await asyncio.to_thread(_read, port, "/metrics")
        return False

    ports = {name: each["ports"].get(METRICS_PORT) for name, each in services.items()}
    workers = {name: port for name, port in ports.items() if port}
    answers = await asyncio.gather(*map(leads, workers.values()))
    leaders = (name for name, leads in zip(workers, answers, strict=True) if leads)
    return next(leaders, None)


async def _redis(services: Services, settings: Mapping[str, str]) -> list[str]:
    names = {
        port: name for name, each in services.items() for port in each["ports"].values()
    }
    seen: dict[int, list[str]] = {}
    replicas: dict[int, str] = {}
    who, at, hosts = urlsplit(settings["REDIS_URL"]).netloc.rpartition("@")
    for host in hosts.split(","):
        sentinel = _client(f"redis://{who}{at}{host}")
        try:
            primary: Any = await sentinel.sentinel_master("primary")
            found: Any = await sentinel.sentinel_slaves("primary")
        except Exception as error:  # noqa: BLE001 # the error is its answer
            seen.setdefault(0, []).append(f"{_named(names, host)}: {error!r:.60}")
            continue
        finally:
            await sentinel.aclose()
        seen.setdefault(primary["port"], []).append(_named(names, host))
        for each in found:
            state = "down" if each["is_sdown"] else each["master-link-status"]
            offset = each["slave-repl-offset"]
            replicas[each["port"]] = f"replica, link {state}, offset {offset}"
    primaries = [
        f"{names.get(port, 'nobody')} primary, say {', '.join(by)}"
        for port, by in sorted(seen.items(), reverse=True)
    ]
    others = {port: state for port, state in replicas.items() if port not in seen}
    return primaries + [
        f"{names.get(port, port)} {each}" for port, each in others.items()
    ]


def _named(names: Mapping[int, str], host: str) -> str:
    return names.get(int(host.rpartition(":")[2]), host)


def _client(url: str) -> Redis:
    return Redis.from_url(
        url, socket_timeout=1, socket_connect_timeout=1, retry=Retry(NoBackoff(), 0)
    )


async def _redlock(settings: Mapping[str, str]) -> list[str]:
    states = []
    for number, url in enumerate(settings["REDLOCK_URLS"].split(","), 1):
        node = _client(url)
        try:
            await node.ping()
            states.append(f"redlock-{number} up")
        except Exception as error:  # noqa: BLE001 # the error is its answer
            states.append(f"redlock-{number} unavailable ({type(error).__name__})")
        finally:
            await node.aclose()
    return [", ".join(states)]


async def _kafka(settings: Mapping[str, str]) -> list[str]:
    admin = AIOKafkaAdminClient(
        bootstrap_servers=settings["KAFKA_BOOTSTRAP_SERVERS"], request_timeout_ms=2_000
    )
    try:
        await admin.start()
        topics = await admin.describe_topics()
    finally:
        await admin.close()
    lines = []
    for topic in sorted(topics, key=lambda topic: str(topic["topic"])):
        if topic["is_internal"]:
            continue
        leaders = " ".join(
            f"{each['partition']}:{each['leader']}({len(each['isr'])})"
            for each in sorted(topic["partitions"], key=lambda p: int(p["partition"]))
        )
        lines.append(f"{topic['topic']} {leaders}")
    return ["partition:leader(in sync)", *lines]


async def _apis(services: Services) -> list[str]:
    async def state(name: str, port: int) -> str:
        try:
            report = json.loads(await asyncio.to_thread(_read, port, "/readyz"))
        except OSError as error:
            return f"{name} not ready ({error})"
        return f"{name} ready, redis {report['redis']}"

    ports = {n: s["ports"] for n, s in services.items() if n.startswith("api-")}
    return [await state(n, next(iter(p.values()))) for n, p in ports.items()]

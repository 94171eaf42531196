"""The worker process: relay, consumers and expiry. Any number of workers may run."""

import asyncio
import logging
import os
import signal
from uuid import uuid4

import uvloop

from app.metrics_endpoint import MetricsEndpoint
from app.metrics_server import serve_metrics
from app.payments import open_provider, settler
from app.resources import open_resources
from app.settings import Settings
from app.worker_parts import worker_services
from domain.expiry import ExpiryService
from persistence.postgres.housekeeping import delete_old_rows
from persistence.postgres.pool import Pool
from persistence.revisions.revise import revise
from runtime.garbage import rare_collections
from runtime.supervision import keep_running
from telemetry import logs, origin, tracing
from telemetry.process_metrics import watch_event_loop

logger = logging.getLogger(__name__)

HOUSEKEEPING_SECONDS = 3_600


def main(settings: Settings) -> None:
    logs.set_up(settings.log_level, settings.log_format)
    tracing.set_up("worker", os.environ)
    uvloop.run(work_until_stopped(settings))


async def work_until_stopped(settings: Settings) -> None:
    """Until TERM or Ctrl-C. The next worker repeats what is cut off."""
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    working = asyncio.create_task(keep_running("the worker", lambda: work(settings)))
    logger.info("the worker starts")
    await stopping.wait()
    logger.info("the worker stops")
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    tracing.shut_down()


async def work(settings: Settings) -> None:
    async with (
        open_resources(settings, "worker") as resources,
        open_provider(settings) as provider,
    ):
        services = worker_services(settings, resources)
        loops = {
            "event loop": watch_event_loop,
            "relay": services.relay.run,
            "payments": services.payments.run,
            "fanout": services.fanout.run,
            "notices": services.notices.run,
            "seat counts": services.seat_counts.run,
            "expiry": lambda: sweep_for_ever(services.expiry),
            "housekeeping": lambda: keep_house_for_ever(resources.pool),
        }
        if services.mails is not None:
            loops["mails"] = services.mails.run
        if provider is not None:
            loops["settler"] = settler(provider, settings.hold_terms(), resources).run
        if settings.metrics_port is not None:
            address = (settings.host, settings.metrics_port)
            endpoint = MetricsEndpoint(settings.metrics_token, resources)
            loops["metrics"] = lambda: serve_metrics(endpoint, *address)
        with rare_collections():
            async with asyncio.TaskGroup() as tasks:
                for name, loop in loops.items():
                    tasks.create_task(keep_running(name, loop))


async def keep_house_for_ever(pool: Pool) -> None:
    while True:
        async with pool.acquire() as db:
            if rows := await revise(db):  # of programs of the last release
                logger.info("older rows follow the new rules", extra={"rows": rows})
        if rows := await delete_old_rows(pool):
            logger.info("old keys and tokens are deleted", extra={"rows": rows})
        await asyncio.sleep(HOUSEKEEPING_SECONDS)


async def sweep_for_ever(expiry: ExpiryService) -> None:
    while True:
        origin.begin(f"sweep-{uuid4().hex}")
        await expiry.sweep()
        await asyncio.sleep(await expiry.seconds_to_next())

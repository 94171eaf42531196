"""The worker process: relay, consumers and sweeper; any number of them may run."""

import asyncio
import logging
import os
import signal
from uuid import uuid4

import uvloop

from app.metrics_endpoint import Scrape
from app.metrics_server import listen
from app.settings import Settings
from app.wiring import connections, kafka
from domain.expiry import ExpiryService
from persistence.postgres.housekeeping import delete_old_rows
from persistence.postgres.pool import Pool
from persistence.sales.outbox import Outbox
from realtime.consumer import Consumer
from realtime.fanout import FanoutHandler
from realtime.payments import PaymentsHandler
from realtime.relay import Relay
from runtime.supervision import keep_running
from telemetry import logs, origin, tracing
from telemetry.process_metrics import watch_event_loop

logger = logging.getLogger(__name__)

SWEEP_SECONDS = 0.1
TIDY_UP_SECONDS = 3_600


def main(settings: Settings) -> None:
    logs.set_up(settings.log_level, settings.log_format)
    tracing.set_up("worker", os.environ)
    uvloop.run(work_until_stopped(settings))


async def work_until_stopped(settings: Settings) -> None:
    """Until TERM or Ctrl-C. Whatever is cut off is done again by the next worker."""
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
    async with connections(settings, "worker") as to, asyncio.TaskGroup() as loops:
        broker = kafka(settings)
        expiry = ExpiryService(to.ledger, to.wakeup)
        if settings.metrics_port is not None:
            where = (settings.host, settings.metrics_port)
            scrape = Scrape(settings.metrics_token)
            scrape.watch(to)
            loops.create_task(keep_running("metrics", lambda: listen(scrape, *where)))
        for name, loop in {
            "event loop": watch_event_loop,
            "relay": Relay(Outbox(to.pool), broker, to.hub).run,
            "payments": Consumer(broker, PaymentsHandler(to.pool, to.wakeup)).run,
            "fanout": Consumer(broker, FanoutHandler(to.pool, to.redis, to.locks)).run,
            "expiry": lambda: sweep_for_ever(expiry),
            "housekeeping": lambda: tidy_up_for_ever(to.pool),
        }.items():
            loops.create_task(keep_running(name, loop))


async def tidy_up_for_ever(pool: Pool) -> None:
    while True:
        if gone := await delete_old_rows(pool):
            logger.info("old keys and tokens are deleted", extra={"rows": gone})
        await asyncio.sleep(TIDY_UP_SECONDS)


async def sweep_for_ever(expiry: ExpiryService) -> None:
    while True:
        origin.begin(f"sweep-{uuid4().hex}")
        await expiry.sweep()
        await asyncio.sleep(SWEEP_SECONDS)

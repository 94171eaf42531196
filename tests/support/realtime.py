"""The loops of the worker in the test's process, all or one by one."""

import asyncio
from types import TracebackType
from typing import Self

from app.worker import sweep_for_ever
from domain.expiry import ExpiryService
from mail.notices import NoticesHandler
from mail.outlets import Outlet
from persistence.key_value.client import open_redis
from persistence.key_value.kept_counts import KeptCounts
from persistence.key_value.script_batch import ScriptBatch
from persistence.key_value.seat_locks import RedlockSeatLocks
from persistence.people.notice_queue import NoticeQueue
from persistence.postgres.pool import Pool
from persistence.queries.availabilities import Availabilities
from persistence.sales.ledger import PostgresLedger
from persistence.sales.outbox import Outbox
from realtime.broker import Kafka
from realtime.consumer import Consumer
from realtime.fanout import FanoutHandler
from realtime.hub import Hub
from realtime.payments import PaymentsHandler
from realtime.relay import Relay
from realtime.seat_counts import SeatCounts
from realtime.topics import RELAY_WAKEUP
from realtime.wakeups import RedisWakeup
from runtime.supervision import keep_running
from tests.support.notices import mail_sender


class Worker:
    def __init__(
        self,
        pool: Pool,
        redis_url: str,
        kafka: Kafka,
        outlet: Outlet | None = None,
    ) -> None:
        """Without an outlet no mail is sent, and their events are confirmed."""
        self._mails = mail_sender(pool, outlet) if outlet else None
        self._pool = pool
        self._kafka = kafka
        self._redis = open_redis(redis_url)
        self._hub = Hub(redis_url)
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        await self._hub.connect()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()
        await self._hub.disconnect()
        await self._redis.aclose()

    def start(self, *names: str) -> None:
        """Starts the loops with these names, or all."""
        wakeup = RedisWakeup(self._redis, RELAY_WAKEUP)
        locks = RedlockSeatLocks([ScriptBatch(self._redis)])
        ledger = PostgresLedger(self._pool)
        expiry = ExpiryService(ledger, wakeup)
        counts = SeatCounts(Availabilities(self._pool), KeptCounts(self._redis))
        fanout = FanoutHandler(self._pool, self._redis, locks, counts)
        mails = self._mails
        notices = NoticesHandler(NoticeQueue(self._pool), mails.wake if mails else None)
        loops = {
            "relay": Relay(Outbox(self._pool), self._kafka, self._hub, self._redis).run,
            "payments": Consumer(
                self._kafka, PaymentsHandler(ledger, wakeup), self._hub
            ).run,
            "fanout": Consumer(self._kafka, fanout, self._hub).run,
            "notices": Consumer(self._kafka, notices, self._hub).run,
            "seat counts": counts.run,
            "expiry": lambda: sweep_for_ever(expiry),
        }
        if mails:
            loops["mails"] = mails.run
        for name in names or loops:
            task = asyncio.create_task(keep_running(name, loops[name]))
            self._tasks.append(task)

    async def stop(self) -> None:
        """Cancels the loops in the middle of their work, as a kill does."""
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

"""Builds the loops of the worker."""

from dataclasses import dataclass

from app.settings import Settings
from app.wiring import Resources, kafka
from domain.expiry import ExpiryService
from persistence.sales.outbox import Outbox
from realtime.consumer import Consumer
from realtime.fanout import FanoutHandler
from realtime.payments import PaymentsHandler
from realtime.relay import Relay


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerServices:
    relay: Relay
    payments: Consumer
    fanout: Consumer
    expiry: ExpiryService


def worker_services(settings: Settings, resources: Resources) -> WorkerServices:
    pool, ledger, wakeup = resources.pool, resources.ledger, resources.wakeup
    redis, hub = resources.redis, resources.hub
    fanout, broker = FanoutHandler(pool, redis, resources.locks), kafka(settings)
    return WorkerServices(
        relay=Relay(Outbox(pool), broker, hub, redis),
        payments=Consumer(broker, PaymentsHandler(ledger, wakeup), hub),
        fanout=Consumer(broker, fanout, hub),
        expiry=ExpiryService(ledger, wakeup),
    )

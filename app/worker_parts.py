"""Builds the loops of the worker."""

from dataclasses import dataclass

from app.kafka import kafka
from app.settings import Settings
from app.wiring import Resources
from domain.expiry import ExpiryService
from persistence.key_value.kept_counts import KeptCounts
from persistence.queries.availabilities import Availabilities
from persistence.sales.outbox import Outbox
from realtime.consumer import Consumer
from realtime.fanout import FanoutHandler
from realtime.payments import PaymentsHandler
from realtime.relay import Relay
from realtime.seat_counts import SeatCounts


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerServices:
    relay: Relay
    payments: Consumer
    fanout: Consumer
    seat_counts: SeatCounts
    expiry: ExpiryService


def worker_services(settings: Settings, resources: Resources) -> WorkerServices:
    pool, ledger, wakeup = resources.pool, resources.ledger, resources.wakeup
    redis, hub = resources.redis, resources.hub
    seat_counts = SeatCounts(Availabilities(pool), KeptCounts(redis))
    fanout = FanoutHandler(pool, redis, resources.locks, seat_counts)
    broker = kafka(settings)
    return WorkerServices(
        relay=Relay(Outbox(pool), broker, hub, redis),
        payments=Consumer(broker, PaymentsHandler(ledger, wakeup), hub),
        fanout=Consumer(broker, fanout, hub),
        seat_counts=seat_counts,
        expiry=ExpiryService(ledger, wakeup),
    )

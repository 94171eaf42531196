"""Builds the loops of the worker."""

import logging
from dataclasses import dataclass

from redis.asyncio import Redis

from app.kafka import kafka
from app.key_errors import key_errors_explained
from app.mail_settings import MailSettings
from app.resources import Resources
from app.settings import Settings
from auth.ticket_keys import TicketKeys, ticket_ring
from domain.expiry import ExpiryService
from mail.account_letters import AccountLetters
from mail.letters import Letters
from mail.notices import NoticesHandler
from mail.outlets import FolderOutlet, Outlet, SmtpOutlet, SmtpServer
from mail.payment_letters import PaymentLetters
from mail.recipients import Recipients
from mail.sale_letters import SaleLetters
from mail.sender import MailSender
from persistence.key_value.kept_counts import KeptCounts
from persistence.key_value.mail_bounds import MailBounds
from persistence.people.account_facts import AccountFacts
from persistence.people.notice_queue import NoticeQueue
from persistence.postgres.pool import Pool
from persistence.queries.availabilities import Availabilities
from persistence.sales.outbox import Outbox
from persistence.sales.purchases import Purchases
from realtime.consumer import Consumer
from realtime.fanout import FanoutHandler
from realtime.payments import PaymentsHandler
from realtime.relay import Relay
from realtime.seat_counts import SeatCounts

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerServices:
    relay: Relay
    payments: Consumer
    fanout: Consumer
    notices: Consumer
    mails: MailSender | None  # None: no mail is sent
    seat_counts: SeatCounts
    expiry: ExpiryService


def mail_sender(settings: Settings, pool: Pool, redis: "Redis") -> MailSender | None:
    outlet = outlet_of(settings)
    if outlet is None:
        return None
    with key_errors_explained("TICKET_KEYS_DIR", "ticket-keys"):
        codes = TicketKeys(ticket_ring(settings.ticket_keys))
    people, pages = AccountFacts(pool), settings.pages_url
    purchases, bounds = Purchases(pool), MailBounds(redis)
    recipients = Recipients(people, bounds)
    letters = Letters(
        AccountLetters(people, bounds, pages),
        SaleLetters(recipients, purchases, codes, pages),
        PaymentLetters(recipients, purchases),
    )
    return MailSender(NoticeQueue(pool), letters, outlet, settings.mail_from)


def outlet_of(settings: MailSettings) -> Outlet | None:
    if settings.smtp_url is not None:
        return SmtpOutlet(SmtpServer.parse(settings.smtp_url.get_secret_value()))
    if settings.mail_dir is not None:
        folder = str(settings.mail_dir)
        logger.info("mails are files: SMTP_URL is not set", extra={"folder": folder})
        return FolderOutlet(settings.mail_dir)
    logger.warning("no mail is sent: SMTP_URL and MAIL_DIR are not set")
    return None


def worker_services(settings: Settings, resources: Resources) -> WorkerServices:
    pool, ledger, wakeup = resources.pool, resources.ledger, resources.wakeup
    redis, hub = resources.redis, resources.hub
    seat_counts = SeatCounts(Availabilities(pool), KeptCounts(redis))
    fanout = FanoutHandler(pool, redis, resources.locks, seat_counts)
    broker = kafka(settings)
    mails = mail_sender(settings, pool, redis)
    notices = NoticesHandler(NoticeQueue(pool), mails.wake if mails else None)
    return WorkerServices(
        relay=Relay(Outbox(pool), broker, hub, redis),
        payments=Consumer(broker, PaymentsHandler(ledger, wakeup), hub),
        fanout=Consumer(broker, fanout, hub),
        notices=Consumer(broker, notices, hub),
        mails=mails,
        seat_counts=seat_counts,
        expiry=ExpiryService(ledger, wakeup),
    )

"""Builds the parts of processes and commands: connections, services and loops."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncEngine

from app.account_services import AccountServices, account_services
from app.payments import checkout, open_provider, webhooks
from app.resources import Resources, open_resources
from app.settings import Settings
from auth.passwords import Argon2Passwords
from auth.providers.services import SignInServices
from auth.signing_keys import KeyRing
from auth.tokens import TokenIssuer
from domain.best_booking import BestSeatsService
from domain.blocks import BlockService
from domain.booking import BookingService
from domain.cancellations import CancellationService
from domain.catalog import CatalogService
from domain.check_ins import CheckInService
from domain.extensions import ExtensionService
from domain.payment_provider import PaymentProvider
from domain.prices import PriceService
from domain.refunds import RefundService
from domain.rescheduling import ReschedulingService
from domain.sales import PaymentService
from domain.seat_rules import SeatRules
from domain.ticket_codes import TicketCodes
from domain.transfers import TransferService
from domain.venues import VenueService
from persistence.catalog.blocks import PostgresBlocks
from persistence.catalog.catalog import PostgresCatalog
from persistence.catalog.prices import PostgresPrices
from persistence.catalog.rescheduling import PostgresReschedules
from persistence.catalog.venues import PostgresVenues
from persistence.door.check_ins import PostgresCheckIns
from persistence.key_value.catalog_cache import RedisCatalogCache
from persistence.key_value.kept_counts import KeptCounts
from persistence.money.cancellations import PostgresCancellations
from persistence.money.refunds import PostgresRefunds
from persistence.postgres.engine import open_engine
from persistence.postgres.replica import Replica
from persistence.queries import Queries
from persistence.sales.transfers import PostgresTransfers
from providers.webhooks import Webhooks
from realtime.reservation_feed import ReservationFeed
from realtime.seat_feed import SeatFeed
from resolvers.context import Services
from runtime.supervision import keep_running

# How long a request waits for Postgres each time it needs something: so a client has
# UNAVAILABLE within 3 seconds.
API_PATIENCE_SECONDS = 1.5
# Shorter, because the primary answers instead of a replica that does not.
REPLICA_PATIENCE_SECONDS = 0.75


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiParts:
    resources: Resources
    read_engine: AsyncEngine
    services: Services
    sign_in: SignInServices
    webhooks: Webhooks | None  # None: no provider sends any


@asynccontextmanager
async def open_api(
    settings: Settings, keys: KeyRing, ticket_codes: TicketCodes
) -> AsyncIterator[ApiParts]:
    async with (
        open_resources(settings, "api", patience=API_PATIENCE_SECONDS) as resources,
        AsyncExitStack() as opened,
    ):
        read_engine = open_engine(
            settings.database_url,
            max_size=settings.db_pool_size,
            name="api-reads",
            patience=API_PATIENCE_SECONDS,
        )
        opened.push_async_callback(read_engine.dispose)
        passwords = Argon2Passwords()
        opened.callback(passwords.close)
        replica = _open_replica(settings, resources, opened)
        cache = RedisCatalogCache(
            resources.redis, resources.pool, replicated=replica is not None
        )
        queries = Queries.on(
            read_engine,
            resources.pool,
            cache,
            replica,
            resources.own_writes,
            kept_counts=KeptCounts(resources.redis),
        )
        people = account_services(
            settings, resources.pool, resources.redis, passwords, TokenIssuer(keys)
        )
        provider = await opened.enter_async_context(open_provider(settings))
        yield ApiParts(
            resources=resources,
            read_engine=read_engine,
            services=_services(
                settings,
                resources,
                cache,
                queries,
                people=people,
                provider=provider,
                ticket_codes=ticket_codes,
            ),
            sign_in=people.sign_in,
            webhooks=webhooks(provider, resources),
        )


def _open_replica(
    settings: Settings, resources: Resources, opened: AsyncExitStack
) -> Replica | None:
    if settings.database_replica_url is None:
        return None
    engine = open_engine(
        settings.database_replica_url,
        max_size=settings.db_pool_size,
        name="api-replica",
        patience=REPLICA_PATIENCE_SECONDS,
        standby=True,
    )
    opened.push_async_callback(engine.dispose)
    replica = Replica(engine, resources.pool)
    watching = asyncio.create_task(keep_running("replica", replica.watch))
    opened.callback(watching.cancel)
    return replica


def _services(
    settings: Settings,
    resources: Resources,
    cache: RedisCatalogCache,
    queries: Queries,
    *,
    people: AccountServices,
    provider: PaymentProvider | None,
    ticket_codes: TicketCodes,
) -> Services:
    terms = settings.hold_terms()
    ledger, locks, wakeup = resources.ledger, resources.locks, resources.wakeup
    rules = SeatRules(queries.seatings)
    booking = BookingService(ledger, locks, wakeup, terms, rules)
    return Services(
        booking=booking,
        best_seats=BestSeatsService(booking, ledger, queries.seatings, wakeup),
        extensions=ExtensionService(ledger, locks, wakeup, terms),
        payments=PaymentService(ledger, locks, wakeup, settings.payment_provider),
        checkout=checkout(provider, settings, resources),
        payment_provider=settings.payment_provider,
        ticket_codes=ticket_codes,
        transfers=TransferService(
            PostgresTransfers(resources.pool, resources.own_writes)
        ),
        pages_url=settings.pages_url or "",
        refunds=RefundService(
            PostgresRefunds(resources.pool, resources.own_writes),
            ledger,
            locks,
            wakeup,
        ),
        cancellations=CancellationService(
            PostgresCancellations(resources.pool), ledger, cache, wakeup
        ),
        rescheduling=ReschedulingService(
            PostgresReschedules(resources.pool), ledger, cache, wakeup
        ),
        check_ins=CheckInService(
            PostgresCheckIns(resources.pool),
            ticket_codes,
            timedelta(minutes=settings.check_in_minutes_before),
        ),
        accounts=people.accounts,
        addresses=people.addresses,
        passwords=people.passwords,
        profiles=people.profiles,
        devices=people.devices,
        identities=people.sign_in.identities,
        catalog=CatalogService(PostgresCatalog(resources.pool), cache, wakeup),
        venues=VenueService(PostgresVenues(resources.pool), cache, wakeup),
        blocks=BlockService(PostgresBlocks(resources.pool), wakeup),
        prices=PriceService(PostgresPrices(resources.pool), cache),
        queries=queries,
        rate_limits=people.sign_in.rate_limits,
        seat_feed=SeatFeed(resources.hub, queries.seat_maps),
        reservation_feed=ReservationFeed(resources.hub),
        hold_terms=terms,
    )

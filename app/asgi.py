"""The API as one ASGI application: GraphQL, its explorer, and how the process is."""

import asyncio
import gc
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route, WebSocketRoute

from app import explorer, front_page
from app.executable_schema import build_schema
from app.health import Health
from app.metrics_endpoint import Scrape
from app.settings import Settings
from app.wiring import Connections, connections
from auth.passwords import Argon2Passwords
from auth.providers import sign_in_routes
from auth.signing_keys import KeyRing
from auth.tokens import Authenticator, TokenIssuer
from domain.accounts import AccountService
from domain.booking import BookingService
from domain.catalog import CatalogService
from domain.identities import IdentityService
from domain.sales import PaymentService
from persistence.catalog.catalog import PostgresCatalog
from persistence.key_value.catalog_cache import RedisCatalogCache
from persistence.key_value.rate_limits import RateLimits
from persistence.key_value.sign_in_codes import RedisSignInCodes
from persistence.people.accounts import PostgresAccounts
from persistence.people.identities import PostgresIdentities
from persistence.postgres.engine import open_engine
from persistence.postgres.replica import Replica
from persistence.queries import Queries
from realtime.reservation_feed import ReservationFeed
from realtime.seat_feed import SeatFeed
from resolvers.context import Context, Services
from resolvers.languages import locale_for
from runtime.supervision import keep_running
from telemetry import origin, tracing
from telemetry.process_metrics import watch_event_loop
from transport.http_endpoint.view import GraphQLHttp
from transport.socket_endpoint.endpoint import GraphQLWebSocket

logger = logging.getLogger(__name__)

# Of a request with Postgres, each time it needs something: a fellow's turn at the seat
# (a second) and this go before whoever asks is told UNAVAILABLE, within 3 seconds.
PATIENCE_SECONDS = 1.5
# Of the replica, which the primary stands in for.
REPLICA_PATIENCE_SECONDS = 0.75


class Api:
    """What the routes reach; its services are there once the lifespan has begun."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._keys = KeyRing(settings.signing_keys_dir)
        self.authenticator = Authenticator(self._keys)
        self._services: Services | None = None
        self.health = Health()
        self.scrape = Scrape(settings.metrics_token)

    def context_of(
        self,
        authorization: str | None,
        accept_language: str | None,
        request_id: str,
        address: str | None,
    ) -> Context:
        """Raises AuthenticationError for a token that is not one of ours."""
        viewer = self.authenticator.viewer(authorization)
        if viewer and (now := origin.current()):
            now.viewer_id = viewer.id
        return Context(
            services=self.services(),
            viewer=viewer,
            request_id=request_id,
            locale=locale_for(accept_language),
            address=address,
        )

    async def public_keys(self, _request: Request) -> JSONResponse:
        """For others who check our tokens; a new key is here before it signs."""
        return JSONResponse(
            self._keys.public(),
            headers={"cache-control": "public, max-age=30"},
            media_type="application/jwk-set+json",
        )

    def services(self) -> Services:
        if self._services is None:
            raise RuntimeError("asked before the start or after the stop")
        return self._services

    @asynccontextmanager
    async def lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as opened:
            to = await opened.enter_async_context(
                connections(self._settings, "api", patience=PATIENCE_SECONDS)
            )
            engine = open_engine(
                self._settings.database_url,
                max_size=self._settings.db_pool_size,
                name="api-reads",
                patience=PATIENCE_SECONDS,
            )
            opened.push_async_callback(engine.dispose)
            passwords = Argon2Passwords()
            opened.callback(passwords.close)
            replica = self._replica(to, opened)
            self._services = self._serve(to, engine, replica, passwords)
            self.health.watch(to)
            self.scrape.watch(to, engine)
            sampling = asyncio.create_task(watch_event_loop())
            opened.callback(sampling.cancel)
            # What is there now stays: looking through all of it again and again for
            # garbage stops everybody for a tenth of a second, several times a second
            # in a storm.
            gc.collect()
            gc.freeze()
            logger.info("the API serves")
            yield
            logger.info("the API stops")
            await asyncio.to_thread(tracing.shut_down)
            gc.unfreeze()
            self.health.stop()
            self.scrape.stop()

    def _replica(self, to: Connections, opened: AsyncExitStack) -> Replica | None:
        url = self._settings.database_replica_url
        if url is None:
            return None
        engine = open_engine(
            url,
            max_size=self._settings.db_pool_size,
            name="api-replica",
            patience=REPLICA_PATIENCE_SECONDS,
            standby=True,
        )
        opened.push_async_callback(engine.dispose)
        replica = Replica(engine, to.pool)
        watching = asyncio.create_task(keep_running("replica", replica.watch))
        opened.callback(watching.cancel)
        return replica

    def _serve(
        self,
        to: Connections,
        engine: AsyncEngine,
        replica: Replica | None,
        passwords: Argon2Passwords,
    ) -> Services:
        cache = RedisCatalogCache(to.redis, to.pool, replicated=replica is not None)
        queries = Queries.on(engine, to.pool, cache, replica, to.own_writes)
        accounts = AccountService(
            PostgresAccounts(to.pool), passwords, TokenIssuer(self._keys)
        )
        return Services(
            booking=BookingService(to.ledger, to.locks, to.wakeup),
            payments=PaymentService(to.ledger, to.locks, to.wakeup),
            accounts=accounts,
            identities=IdentityService(
                PostgresIdentities(to.pool), RedisSignInCodes(to.redis), accounts
            ),
            catalog=CatalogService(PostgresCatalog(to.pool), cache, to.wakeup),
            queries=queries,
            rate_limits=self._rate_limits(to),
            seat_feed=SeatFeed(to.hub, queries.seat_maps),
            reservation_feed=ReservationFeed(to.hub),
        )

    def _rate_limits(self, to: Connections) -> RateLimits:
        return RateLimits(
            to.redis,
            address=self._settings.rate_limit_address,
            account=self._settings.rate_limit_account,
            reserve=self._settings.rate_limit_reserve,
        )


def _for_other_origins(origins: Sequence[str]) -> list[Middleware]:
    """No cookies: whoever asks shows a token."""
    if not origins:
        return []
    return [
        Middleware(
            CORSMiddleware,
            allow_origins=origins,
            allow_methods=["GET", "POST"],
            allow_headers=["authorization", "content-type", "x-request-id"],
            expose_headers=["date", "x-request-id"],
        )
    ]


def application(settings: Settings) -> Starlette:
    api = Api(settings)
    schema = build_schema(introspection=settings.introspection)
    app = Starlette(
        routes=[
            Route(
                "/graphql",
                GraphQLHttp(schema, api.context_of),
                middleware=_for_other_origins(settings.cors_origins),
            ),
            WebSocketRoute(
                "/graphql",
                GraphQLWebSocket(
                    schema,
                    api.context_of,
                    api.authenticator.credentials,
                    max_sockets_per_address=settings.max_sockets_per_address,
                ),
            ),
            Route("/.well-known/jwks.json", api.public_keys),
            Route("/healthz", api.health.alive),
            Route("/readyz", api.health.ready),
            Route("/metrics", api.scrape.answer),
            *(explorer.routes() if settings.explorer else ()),
            *front_page.routes(settings),
            *sign_in_routes(api.services),
        ],
        lifespan=api.lifespan,
    )
    # It would lead to whatever Host and query somebody sends, in a head that is too
    # long for NGINX, which then takes it for our fault and leaves us alone.
    app.router.redirect_slashes = False
    return app

"""The API as one ASGI application: GraphQL, its pages, health and metrics."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import ASGIApp, Lifespan, Receive, Scope, Send

from app import developers_page, explorer, health, key_sets, shop, trusted_documents
from app.executable_schema import build_schema
from app.key_errors import key_errors_explained
from app.metrics_endpoint import MetricsEndpoint
from app.other_origins import for_other_origins
from app.settings import Settings
from app.wiring import ApiParts, open_api
from auth.providers import sign_in_routes
from auth.providers.services import SignInServices
from auth.signing_keys import KeyRing
from auth.ticket_keys import TicketKeys, ticket_ring
from auth.tokens import Authenticator
from providers import webhooks
from resolvers.context import Context, Services
from resolvers.languages import locale_for
from runtime.garbage import rare_collections
from telemetry import origin, tracing
from telemetry.process_metrics import watch_event_loop
from transport.documents.persisted_queries import PersistedQueries
from transport.http_endpoint.view import GraphQLHttp
from transport.request_context import ContextOf
from transport.server.request_lines import TURNS
from transport.shares.meter import metered_task
from transport.shares.read_shares import ReadShares
from transport.socket_endpoint.endpoint import GraphQLWebSocket

logger = logging.getLogger(__name__)

GRAPHQL = "/graphql"
STATE = "api"  # the key in scope["state"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningApi:
    """Made complete by the lifespan; each request finds it in scope["state"]."""

    parts: ApiParts
    graphql_http: ASGIApp
    graphql_socket: ASGIApp
    metrics: MetricsEndpoint


def running_api(scope: Scope) -> RunningApi | None:
    """None before the start and after the stop."""
    api: RunningApi | None = scope.get("state", {}).get(STATE)
    return api


class Application(Starlette):
    """Starlette, but /graphql is reached past its middleware and its routing.

    A crowd's requests all go there, and have no use for them.
    """

    def __init__(
        self,
        graphql: Sequence[Route | WebSocketRoute],
        others: Sequence[BaseRoute],
        lifespan: Lifespan[Starlette],
    ) -> None:
        super().__init__(routes=[*graphql, *others], lifespan=lifespan)
        # A redirect would lead to whatever Host and query a client sends, in a header
        # that is too long for NGINX, which then counts it as our failure and takes us
        # out.
        self.router.redirect_slashes = False
        [self._graphql_http, self._graphql_socket] = [route.app for route in graphql]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope.get("path") != GRAPHQL:
            await super().__call__(scope, receive, send)
        elif scope["type"] == "http":
            await self._graphql_http(scope, receive, send)
        else:
            await self._graphql_socket(scope, receive, send)


class GraphQLEndpoint:
    """Passes a request on to what the lifespan has made."""

    def __init__(self, endpoint_of: Callable[[RunningApi], ASGIApp]) -> None:
        self._endpoint_of = endpoint_of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        api = running_api(scope)
        endpoint = (
            PlainTextResponse("The API does not serve.", 503)
            if api is None
            else self._endpoint_of(api)
        )
        await endpoint(scope, receive, send)


def sign_in_services_of(request: Request) -> SignInServices:
    api = running_api(request.scope)
    if api is None:
        raise RuntimeError("a request before the start or after the stop")
    return api.parts.sign_in


async def ready(request: Request) -> JSONResponse:
    api = running_api(request.scope)
    return health.stopping() if api is None else await health.ready(api.parts.resources)


def application(settings: Settings) -> Starlette:
    """Opens nothing: its lifespan does. Raises CommandError for unusable keys."""
    with key_errors_explained("SIGNING_KEYS_DIR", "keys"):
        keys = KeyRing(settings.signing_keys_dir)
    with key_errors_explained("TICKET_KEYS_DIR", "ticket-keys"):
        ticket_keys = TicketKeys(ticket_ring(settings.ticket_keys))

    async def metrics(request: Request) -> Response:
        api = running_api(request.scope)
        endpoint = api.metrics if api else MetricsEndpoint(settings.metrics_token)
        return await endpoint.answer(request)

    async def webhook(request: Request) -> Response:
        api = running_api(request.scope)
        if api is None or api.parts.webhooks is None:
            return health.stopping()
        return await api.parts.webhooks.answer(request)

    return Application(
        graphql=[
            Route(
                GRAPHQL,
                GraphQLEndpoint(lambda api: api.graphql_http),
                middleware=for_other_origins(settings),
            ),
            WebSocketRoute(GRAPHQL, GraphQLEndpoint(lambda api: api.graphql_socket)),
        ],
        others=[
            Route(
                developers_page.POSSIBLE_TYPES,
                developers_page.possible_types,
                middleware=for_other_origins(settings),
            ),
            *key_sets.routes(keys, ticket_keys, settings),
            Route("/healthz", health.alive),
            Route("/readyz", ready),
            Route("/metrics", metrics),
            *(explorer.routes() if settings.explorer else ()),
            *developers_page.routes(settings),
            *shop.routes(),
            *(
                [Route(webhooks.PATH, webhook, methods=["POST"])]
                if settings.payment_provider != "approve"
                else ()
            ),
            *sign_in_routes(sign_in_services_of),
        ],
        lifespan=_lifespan(settings, keys, ticket_keys),
    )


def _lifespan(
    settings: Settings, keys: KeyRing, ticket_keys: TicketKeys
) -> Callable[[Starlette], AbstractAsyncContextManager[Mapping[str, object]]]:
    authenticator = Authenticator(keys)
    schema = build_schema(
        introspection=settings.introspection, plans=settings.engine == "plans"
    )

    persisted = PersistedQueries(
        trusted_documents.load(settings.trusted_documents_file, schema),
        settings.trusted_documents,
    )

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[Mapping[str, object]]:
        async with open_api(settings, keys, ticket_keys) as parts:
            context_of = _context_of(parts.services, authenticator)
            shares = ReadShares()
            api = RunningApi(
                parts=parts,
                graphql_http=GraphQLHttp(schema, context_of, shares, persisted),
                graphql_socket=GraphQLWebSocket(
                    schema,
                    context_of,
                    authenticator.credentials,
                    shares,
                    persisted,
                    max_sockets_per_address=settings.max_sockets_per_address,
                ),
                metrics=MetricsEndpoint(
                    settings.metrics_token, parts.resources, parts.read_engine
                ),
            )
            sampling = asyncio.create_task(watch_event_loop())
            asyncio.get_running_loop().set_task_factory(metered_task)
            with rare_collections():
                logger.info("the API serves")
                try:
                    yield {STATE: api, TURNS: parts.resources.locks.turns}
                finally:
                    sampling.cancel()
                logger.info("the API stops")
                await asyncio.to_thread(tracing.shut_down)

    return lifespan


def _context_of(services: Services, authenticator: Authenticator) -> ContextOf:
    def context_of(
        authorization: str | None,
        accept_language: str | None,
        request_id: str,
        address: str | None,
    ) -> Context:
        viewer = authenticator.viewer(authorization)
        if viewer and (now := origin.current()):
            now.viewer_id = viewer.id
        return Context(
            services=services,
            viewer=viewer,
            request_id=request_id,
            locale=locale_for(accept_language),
            address=address,
        )

    return context_of

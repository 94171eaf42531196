"""The public keys, as JWK Sets: of tokens, and of tickets."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from app.other_origins import for_other_origins
from app.settings import Settings
from auth.signing_keys import KeyRing
from auth.ticket_keys import TicketKeys

TICKET_KEYS = "/.well-known/ticket-keys"


def routes(keys: KeyRing, ticket_keys: TicketKeys, settings: Settings) -> list[Route]:
    async def token_keys(_request: Request) -> JSONResponse:
        """For others who verify our tokens; a new key is here before it signs."""
        return _key_set(keys.public(), cached_seconds=30)

    async def keys_of_tickets(_request: Request) -> JSONResponse:
        """For gates, likewise. Pages of other origins may be gates."""
        return _key_set(ticket_keys.public(), cached_seconds=300)

    return [
        Route("/.well-known/jwks.json", token_keys),
        Route(TICKET_KEYS, keys_of_tickets, middleware=for_other_origins(settings)),
    ]


def _key_set(keys: Mapping[str, object], *, cached_seconds: int) -> JSONResponse:
    return JSONResponse(
        keys,
        headers={"cache-control": f"public, max-age={cached_seconds}"},
        media_type="application/jwk-set+json",
    )

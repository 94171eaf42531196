"""CORS: what pages of other origins may send and read."""

from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware

from app.settings import Settings

# Headers that pages of other origins may send: those that we read, and those that
# tracing, Sentry and Apollo Client add.
ALLOWED_HEADERS = (
    "authorization",
    "content-type",
    "x-request-id",
    "traceparent",
    "tracestate",
    "baggage",
    "sentry-trace",
    "apollo-require-preflight",
    "apollographql-client-name",
    "apollographql-client-version",
)


def for_other_origins(settings: Settings) -> list[Middleware]:
    """CORS without cookies: a caller shows a token."""
    if not settings.cors_origins:
        return []
    return [
        Middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_methods=["GET", "POST"],
            allow_headers=(*ALLOWED_HEADERS, *settings.cors_headers),
            expose_headers=["date", "x-request-id"],
        )
    ]

"""Sign-in through identity providers; its libraries are loaded only with one."""

from collections.abc import Callable, Sequence

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Route

from auth.providers.services import SignInServices
from auth.providers.settings import SignInSettings


def sign_in_routes(
    services_of: Callable[[Request], SignInServices],
) -> Sequence[BaseRoute]:
    """Without a provider in the environment only their list; raises CommandError."""
    settings = SignInSettings.load()

    async def offered(_request: Request) -> JSONResponse:
        """For pages: which buttons they may show."""
        urls = settings.sign_in_return_urls
        return JSONResponse({"providers": settings.providers, "returnUrls": urls})

    listed = Route("/sign-in/providers", offered)
    if not settings.providers:
        return (listed,)
    from auth.providers.routes import mount  # noqa: PLC0415 # with its libraries

    return (listed, mount(settings, services_of))

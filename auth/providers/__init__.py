"""Sign-in through identity providers; its libraries are loaded only with one."""

from collections.abc import Callable, Sequence

from starlette.requests import Request
from starlette.routing import BaseRoute

from auth.providers.services import SignInServices
from auth.providers.settings import SignInSettings


def sign_in_routes(
    services_of: Callable[[Request], SignInServices],
) -> Sequence[BaseRoute]:
    """None without a provider in the environment; raises CommandError."""
    settings = SignInSettings.load()
    if not settings.providers:
        return ()
    from auth.providers.routes import mount  # noqa: PLC0415 # with its libraries

    return (mount(settings, services_of),)

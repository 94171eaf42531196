"""Signing in through identity providers; little of it is loaded without one."""

from collections.abc import Callable, Sequence

from starlette.routing import BaseRoute

from auth.providers.settings import SignInSettings
from resolvers.context import Services


def sign_in_routes(services_of: Callable[[], Services]) -> Sequence[BaseRoute]:
    """Those of the providers that the environment names; raises CommandError."""
    settings = SignInSettings.load()
    if not settings.providers:
        return ()
    from auth.providers.routes import mount  # noqa: PLC0415 # with its libraries

    return (mount(settings, services_of),)

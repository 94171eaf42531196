"""Sends a browser to an identity provider, and back with a code for the client."""

import asyncio
import logging
import re
from collections.abc import Callable
from urllib.parse import urlencode

import httpx2
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route, Router

from auth.providers.issuers import Provider, providers
from auth.providers.services import SignInServices
from auth.providers.settings import SignInSettings
from domain.identities import UnverifiedEmailError
from persistence.key_value.rate_limits import RateLimitedError
from resolvers.languages import locale_for
from resolvers.texts import localize

logger = logging.getLogger(__name__)

PATH = "/sign-in"
COOKIE = "sign_in"
COOKIE_SECONDS = 600  # the longest that a person may take at the provider
PATIENCE_SECONDS = 10.0  # for all requests to a provider within one of ours
CLIENT_STATE = re.compile(r"[A-Za-z0-9._~-]{1,128}")
HEADERS = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}


class SignIn:
    def __init__(
        self, settings: SignInSettings, services_of: Callable[[Request], SignInServices]
    ) -> None:
        self._providers = providers(settings)
        self._public_url = settings.public_url
        self._return_urls = settings.sign_in_return_urls
        self._services_of = services_of

    async def begin(self, request: Request) -> Response:
        name = request.path_params["provider"]
        provider = self._providers.get(name)
        if provider is None:
            return _refused("There is no such provider here.", 404)
        return_to = request.query_params.get("return_to", self._return_urls[0])
        if return_to not in self._return_urls:
            return _refused("`return_to` is none of the URLs that are allowed.")
        client_state = request.query_params.get("state")
        if client_state is not None and not CLIENT_STATE.fullmatch(client_state):
            return _refused("`state` is 1 to 128 letters, digits and . _ ~ -")
        redirect_uri = f"{self._public_url}{PATH}/{name}/callback"
        seconds = await self._seconds_to_wait("beginSignIn", request)
        if seconds is not None:
            return _too_often(request, seconds)
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                begun = await provider.app.create_authorization_url(redirect_uri)
        except Exception as error:  # noqa: BLE001 # any error: the provider cannot be used
            _log_failure(name, error)
            return _return(return_to, client_state, error="provider_unavailable")
        url = begun.pop("url")
        await provider.app.save_authorize_data(
            request,
            redirect_uri=redirect_uri,
            return_to=return_to,
            client_state=client_state,
            **begun,
        )
        return RedirectResponse(url, 303, HEADERS)

    async def finish(self, request: Request) -> Response:
        name = request.path_params["provider"]
        provider = self._providers.get(name)
        if provider is None:
            return _refused("There is no such provider here.", 404)
        state = request.query_params.get("state", "")
        states = provider.app.framework
        begun = await states.get_state_data(request.session, state)
        if begun is None:
            return _unknown_state(request)
        if (
            seconds := await self._seconds_to_wait("finishSignIn", request)
        ) is not None:
            return _too_often(request, seconds)
        answer = await self._answer(name, provider, request)
        await states.clear_state_data(request.session, state)
        return _return(begun["return_to"], begun["client_state"], **answer)

    async def _seconds_to_wait(self, action: str, request: Request) -> int | None:
        """None if the address may go on. Limited, because we ask a provider then."""
        address = request.client.host if request.client else None
        try:
            await self._services_of(request).rate_limits.check(action, address, None)
        except RateLimitedError as refused:
            return refused.retry_after
        return None

    async def _answer(
        self, name: str, provider: Provider, request: Request
    ) -> dict[str, str]:
        """The result for the client, as parameters of its return URL."""
        refusal = request.query_params.get("error")
        if refusal is not None:
            denied = refusal == "access_denied"
            return {"error": refusal if denied else "sign_in_failed"}
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                identity = await provider.identity(request)
        except Exception as error:  # noqa: BLE001 # a stranger's answer can cause any error
            _log_failure(name, error)
            return {"error": _code_of(error)}
        try:
            identities = self._services_of(request).identities
            locale = _locale_of(request)
            return {"code": await identities.sign_in_code_for(identity, locale)}
        except UnverifiedEmailError:
            return {"error": "email_not_verified"}
        except Exception:
            logger.exception("Signing in through %s failed on our side", name)
            return {"error": "unavailable"}


def mount(
    settings: SignInSettings, services_of: Callable[[Request], SignInServices]
) -> Mount:
    sign_in = SignIn(settings, services_of)
    return Mount(
        PATH,
        Router(
            [
                Route("/{provider}", sign_in.begin),
                Route("/{provider}/callback", sign_in.finish),
            ],
            redirect_slashes=False,  # as app/asgi.py
        ),
        # Only here: GraphQL requests use no cookie.
        middleware=[
            Middleware(
                SessionMiddleware,
                secret_key=settings.secret("sign_in_cookie_secret"),
                session_cookie=COOKIE,
                max_age=COOKIE_SECONDS,
                path=PATH,
                same_site="lax",  # it must be sent when the provider redirects back
                https_only=str(settings.public_url).startswith("https://"),
            )
        ],
    )


def _return(return_to: str, client_state: str | None, **answer: str) -> Response:
    if client_state is not None:
        answer["state"] = client_state
    separator = "&" if "?" in return_to else "?"
    return RedirectResponse(f"{return_to}{separator}{urlencode(answer)}", 303, HEADERS)


def _refused(why: str, status: int = 400) -> Response:
    """For the developer of the client."""
    return PlainTextResponse(why, status, HEADERS)


def _unknown_state(request: Request) -> Response:
    locale = _locale_of(request)
    why = localize("sign_in_not_begun", locale)
    return PlainTextResponse(why, 400, HEADERS | {"Content-Language": locale})


def _too_often(request: Request, seconds: int) -> Response:
    locale = _locale_of(request)
    why = localize("RATE_LIMITED", locale, seconds=seconds)
    headers = {"Content-Language": locale, "Retry-After": str(seconds)}
    return PlainTextResponse(why, 429, HEADERS | headers)


def _locale_of(request: Request) -> str:
    """For texts that a person reads in the browser: no client would show them."""
    return locale_for(request.headers.get("accept-language"))


def _code_of(error: Exception) -> str:
    unavailable = isinstance(error, httpx2.TransportError | TimeoutError) or (
        isinstance(error, httpx2.HTTPStatusError) and error.response.is_server_error
    )
    return "provider_unavailable" if unavailable else "sign_in_failed"


def _log_failure(name: str, error: Exception) -> None:
    why = f"{type(error).__name__}: {error}".partition("\n")[0]
    logger.warning("Signing in through %s failed: %.300r", name, why)

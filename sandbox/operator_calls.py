"""What people and tests do from outside of the API: faults, late money, the ledger."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import (
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
)
from starlette.routing import BaseRoute, Route

from sandbox.errors import ApiError
from sandbox.html import STYLE
from sandbox.ledger import ledger
from sandbox.operator_page import operator_page
from sandbox.parameters import Parameters, parse
from sandbox.state import State

Endpoint = Callable[[Request], Awaitable[Response]]
Change = Callable[[State, str, Parameters], None]


def set_fault(state: State, _: str, parameters: Parameters) -> None:
    state.faults.set(parameters)


def remove_faults(state: State, _: str, parameters: Parameters) -> None:
    """That of the name, or all."""
    state.faults.clear(parameters.optional("name"))


def change_payment(state: State, intent_id: str, parameters: Parameters) -> None:
    action = parameters.choice("action", "arrive", "fail", "void")
    if action != "void":
        state.buyers.settle(intent_id, arrives=action == "arrive")
    elif state.payments.row(intent_id)["status"] == "requires_capture":
        state.payments.void(intent_id, "automatic")


def settle_refund(state: State, refund_id: str, parameters: Parameters) -> None:
    action = parameters.choice("action", "succeed", "fail")
    state.refunds.settle(refund_id, succeeds=action == "succeed")


def send_event(state: State, event_id: str, _: Parameters) -> None:
    state.events.send_again(event_id)


CHANGES: dict[str, Change] = {
    "/faults": set_fault,
    "/faults/remove": remove_faults,
    "/payments/{id}": change_payment,
    "/refunds/{id}": settle_refund,
    "/events/{id}/send": send_event,
}


def routes(state: State) -> list[BaseRoute]:
    async def page(_: Request) -> Response:
        return operator_page(state)

    async def style(_: Request) -> Response:
        return PlainTextResponse(STYLE, media_type="text/css")

    async def faults(_: Request) -> Response:
        return JSONResponse([vars(each) for each in state.faults.active()])

    async def money(_: Request) -> Response:
        return JSONResponse(ledger(state))

    return [
        Route("/", page),
        Route("/style.css", style),
        Route("/faults", faults),
        Route("/ledger", money),
        *(
            Route(path, changing(state, change), methods=["POST"])
            for path, change in CHANGES.items()
        ),
    ]


def changing(state: State, change: Change) -> Endpoint:
    """Answers a browser with the page again, and a program with an empty object."""

    async def endpoint(request: Request) -> Response:
        parameters = Parameters(parse((await request.body()).decode()))
        try:
            with state.db.transaction():
                change(state, request.path_params.get("id", ""), parameters)
        except ApiError as error:
            return JSONResponse(error.body(), error.status)
        state.changed.set()
        if "text/html" in request.headers.get("Accept", ""):
            return RedirectResponse("/", 303)
        return JSONResponse({})

    return endpoint

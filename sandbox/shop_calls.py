"""The calls of the API, by name; each returns an object or a list."""

from collections.abc import Callable
from typing import NamedTuple

from sandbox.lists import balance_ids, page
from sandbox.objects import Json
from sandbox.parameters import Parameters
from sandbox.state import State


class Call(NamedTuple):
    name: str
    method: str
    path: str
    run: Callable[[State, str, Parameters], Json]
    """Given the id in the path, or an empty text."""


def open_checkout(state: State, _: str, parameters: Parameters) -> Json:
    return state.checkouts.create(parameters)


def checkout(state: State, checkout_id: str, parameters: Parameters) -> Json:
    return state.objects.checkout(checkout_id, parameters.values("expand"))


def expire(state: State, checkout_id: str, parameters: Parameters) -> Json:
    parameters.allow()
    return state.checkouts.expire(checkout_id)


def intent(state: State, intent_id: str, parameters: Parameters) -> Json:
    return state.objects.intent(intent_id, parameters.values("expand"))


def capture(state: State, intent_id: str, parameters: Parameters) -> Json:
    parameters.allow("amount_to_capture")
    amount = (
        parameters.integer("amount_to_capture")
        if parameters.has("amount_to_capture")
        else None
    )
    state.payments.capture(intent_id, amount)
    return intent(state, intent_id, parameters)


def cancel(state: State, intent_id: str, parameters: Parameters) -> Json:
    parameters.allow("cancellation_reason")
    state.payments.cancel(intent_id, parameters.optional("cancellation_reason"))
    return intent(state, intent_id, parameters)


def new_refund(state: State, _: str, parameters: Parameters) -> Json:
    return state.refunds.create(parameters)


def refund(state: State, refund_id: str, parameters: Parameters) -> Json:
    return state.objects.refund(refund_id, parameters.values("expand"))


def refunds(state: State, _: str, parameters: Parameters) -> Json:
    ids = [row["id"] for row in state.refunds.page(parameters)]
    return page(ids, parameters, "/v1/refunds", state.objects.refund)


def balance(state: State, _: str, parameters: Parameters) -> Json:
    ids = balance_ids(state.db, parameters)
    expand = [path.removeprefix("data.") for path in parameters.values("expand")]
    return page(
        ids,
        parameters,
        "/v1/balance_transactions",
        lambda each: state.objects.balance(each, expand),
    )


CHECKOUTS, INTENTS = "/v1/checkout/sessions", "/v1/payment_intents"
CALLS = (
    Call("checkout.sessions.create", "POST", CHECKOUTS, open_checkout),
    Call("checkout.sessions.retrieve", "GET", f"{CHECKOUTS}/{{id}}", checkout),
    Call("checkout.sessions.expire", "POST", f"{CHECKOUTS}/{{id}}/expire", expire),
    Call("payment_intents.retrieve", "GET", f"{INTENTS}/{{id}}", intent),
    Call("payment_intents.capture", "POST", f"{INTENTS}/{{id}}/capture", capture),
    Call("payment_intents.cancel", "POST", f"{INTENTS}/{{id}}/cancel", cancel),
    Call("refunds.create", "POST", "/v1/refunds", new_refund),
    Call("refunds.retrieve", "GET", "/v1/refunds/{id}", refund),
    Call("refunds.list", "GET", "/v1/refunds", refunds),
    Call("balance_transactions.list", "GET", "/v1/balance_transactions", balance),
)

"""The page where buyers pay."""

from html import escape

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox.buyers import ACTIONS, Action
from sandbox.database import Row
from sandbox.errors import ApiError
from sandbox.faults import seconds
from sandbox.html import button, form, html_page, money
from sandbox.objects import PUSH, Json
from sandbox.parameters import Parameters, parse
from sandbox.state import State

CHOICES: tuple[tuple[Action, str], ...] = (
    ("pay", "Pay by card"),
    ("challenge", "Pay by a card that asks you to confirm (3-D Secure)"),
    ("decline", "Pay by a card that is declined"),
)
CANCEL: tuple[Action, str] = ("cancel", "Cancel and go back")
CHALLENGE: tuple[tuple[Action, str], ...] = (
    ("confirm", "Confirm the payment"),
    ("refuse", "Refuse the payment"),
)
TEST_NOTE = "<p>This is a test: no money moves, and no card is asked for.</p>"


class PayPage:
    def __init__(self, state: State) -> None:
        self._state = state

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/pay/{id}", self._show, methods=["GET"]),
            Route("/pay/{id}", self._act, methods=["POST"]),
        ]

    async def _show(self, request: Request) -> Response:
        try:
            row = self._state.buyers.checkout(request.path_params["id"])
        except ApiError as error:
            return html_page("There is no such payment", "", error.status)
        return self._page(row)

    async def _act(self, request: Request) -> Response:
        """Back to the shop when it is paid or cancelled, or else to the page."""
        checkout_id: str = request.path_params["id"]
        parameters = Parameters(parse((await request.body()).decode()))
        action = parameters.text("action", "")
        if action not in ACTIONS:
            return html_page("There is no such button", "", 400)
        try:
            delay = parameters.optional("delay")
            money_in = None if delay is None else seconds(delay)
            with self._state.db.transaction():
                before = self._state.buyers.checkout(checkout_id)
                self._state.buyers.act(checkout_id, action, money_in)
                after = self._state.buyers.checkout(checkout_id)
        except ApiError as error:
            return html_page("This is not possible", escape(str(error)), error.status)
        self._state.changed.set()
        if action == "cancel" and after["cancel_url"]:
            return RedirectResponse(after["cancel_url"], 303)
        if (before["status"], after["status"]) == ("open", "complete"):
            return RedirectResponse(success_url(after), 303)
        return RedirectResponse(request.url.path, 303)

    def _page(self, row: Row) -> Response:
        title = f"Pay {money(row['amount'], row['currency'])}"
        order = f"<p>{escape(row['description'])}</p>"
        if row["status"] == "complete":
            back = f'<p><a href="{escape(success_url(row))}">Back to the shop</a></p>'
            return html_page("Paid", order + back)
        if row["status"] == "expired":
            return html_page("This page has expired", order + back_link(row))
        intent = row["intent_id"] and self._state.objects.intent(row["intent_id"])
        if intent and intent["status"] == "requires_action":
            asked = "<p>Your bank asks: is this payment yours?</p>"
            return html_page(title, order + asked + choices(row, CHALLENGE))
        buttons = [*CHOICES]
        if PUSH in self._state.objects.methods(row):
            buttons.append(("push", "Pay by bank transfer: the money comes later"))
        if row["cancel_url"]:
            buttons.append(CANCEL)
        return html_page(
            title, order + alert(intent) + choices(row, tuple(buttons)) + TEST_NOTE
        )


def success_url(row: Row) -> str:
    return str(row["success_url"]).replace("{CHECKOUT_SESSION_ID}", row["id"])


def back_link(row: Row) -> str:
    if not row["cancel_url"]:
        return ""
    return f'<p><a href="{escape(row["cancel_url"])}">Back to the shop</a></p>'


def alert(intent: Json | None) -> str:
    error = intent and intent["last_payment_error"]
    return f'<p role="alert">{escape(error["message"])}</p>' if error else ""


def choices(row: Row, buttons: tuple[tuple[Action, str], ...]) -> str:
    parts = [button("action", action, label) for action, label in buttons]
    return form(f"/pay/{row['id']}", *parts, style="choices")

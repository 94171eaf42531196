"""Stripe's answers, as a test writes them."""

from typing import Any
from urllib.parse import parse_qs

import httpx

Json = dict[str, Any]
Answer = tuple[int, Json] | Exception


class Script:
    """Answers each request with the next answer of its path, and keeps the requests."""

    def __init__(self) -> None:
        self.answers: dict[str, list[Answer]] = {}
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answers = self.answers[f"{request.method} {request.url.path}"]
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer[0], json=answer[1])

    def sent(self) -> list[tuple[str, str | None, dict[str, list[str]]]]:
        """Path, key and form of each POST."""
        return [
            (
                request.url.path,
                request.headers.get("idempotency-key"),
                parse_qs(request.content.decode()),
            )
            for request in self.requests
            if request.method == "POST"
        ]


PAGE = "/v1/checkout/sessions/cs_1"


def page(status: str = "open", intent: Json | None = None) -> Answer:
    return 200, {
        "id": "cs_1",
        "object": "checkout.session",
        "status": status,
        "url": "https://checkout.example/cs_1",
        "client_secret": None,
        "payment_intent": intent,
    }


def intent(status: str, **facts: Any) -> Json:
    charge = {"id": "ch_1", "object": "charge", "amount_refunded": 0}
    return {
        "id": "pi_1",
        "object": "payment_intent",
        "status": status,
        "currency": "brl",
        "amount": 2500,
        "amount_capturable": 2500 if status == "requires_capture" else 0,
        "amount_received": 2500 if status == "succeeded" else 0,
        "latest_charge": charge,
    } | facts


AUTHORIZED = page("complete", intent("requires_capture"))
CAPTURED = page("complete", intent("succeeded"))


def refused(status: int, code: str, type_: str = "invalid_request_error") -> Answer:
    return status, {"error": {"type": type_, "code": code, "message": "no"}}

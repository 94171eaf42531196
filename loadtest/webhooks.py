"""Bystanders while a payment provider sends its events at a fixed rate."""

import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import stripe

from loadtest import api_client, documents, plan
from loadtest.api_client import ApiClient
from loadtest.bystanders import paced_bystanders
from loadtest.helper_process import HelperProcess
from loadtest.measurements import wrong
from loadtest.plan import Seconds
from loadtest.report import Report
from loadtest.target import Target, find
from runtime import run_file
from runtime.errors import CommandError

ROWS = 4  # each with other bystanders
PAYERS = 100  # each with an attempt
OPENING_SECONDS = 30.0
POLL_SECONDS = 0.05


def run(environ: Mapping[str, str], users: int, seconds: Seconds) -> Report:
    """`users` is how many events a second; each is signed, and new.

    First they are of no attempt, so they are only stored. Then they are of attempts
    whose pages are open, and a settler asks the provider about each.
    """
    settings = run_file.environment(environ)
    target = find(environ, ROWS * plan.BYSTANDERS + PAYERS)
    session = ApiClient(target).find_session(ROWS * plan.BYSTANDERS + PAYERS)
    # A server that has just started opens what it uses later.
    paced_bystanders(target, 0, session, "warm-up", plan.SETTLING_SECONDS)
    rows = [paced_bystanders(target, 1, session, "alone", plan.QUIET_SECONDS)]
    remarks: list[str] = []
    complaints: list[str] = []
    order = {
        "origin": target.origin,
        "secret": run_file.require(environ, "STRIPE_WEBHOOK_SECRET").partition(",")[0],
        "rate": users,
    }
    kinds = _kinds(target, session, settings)
    for number, (whose, own) in enumerate(kinds, start=2):
        with HelperProcess("loadtest.webhook_process") as provider:
            provider.request({**order, "attempts": own})
            name = f"beside {users} events/s {whose}"
            rows.append(paced_bystanders(target, number, session, name, seconds.waves))
            sent = provider.finish()
        remarks.append(_said(whose, sent))
        complaints += _missing(whose, sent)
    remarks.append(f"Load average {os.getloadavg()[0]:.1f}.")
    complaints += wrong(rows)
    title = f"Webhooks: {plan.BYSTANDERS} bystanders beside them ({session.name})"
    return Report(title, rows, remarks, complaints)


def _kinds(
    target: Target, session: api_client.SessionOnSale, settings: Mapping[str, str]
) -> Iterator[tuple[str, list[str]]]:
    """Of events: whose they are. The attempts are opened when it is their turn."""
    yield "of no attempt", []
    yield "of attempts", _attempts(target, session, settings)


def _said(whose: str, sent: Mapping[str, Any]) -> str:
    stored = sent["statuses"].get("200", 0)
    took = ", ".join(f"{name} {ms:,.1f}" for name, ms in sent["took"].items())
    rate = f"{stored / sent['seconds']:,.0f} a second"
    return f"Events {whose}, stored: {stored:,}, {rate}. An answer took (ms): {took}"


def _missing(whose: str, sent: Mapping[str, Any]) -> list[str]:
    if sent["statuses"].get("200", 0) == sent["due"]:
        return []
    return [f"Not all events {whose} were stored: {sent['statuses']}."]


def _attempts(
    target: Target, session: api_client.SessionOnSale, settings: Mapping[str, str]
) -> list[str]:
    """The ids of attempts whose pages are open, each of another customer."""
    seats = session.seats[ROWS * plan.BYSTANDERS :]
    held = []
    for token, seat in zip(target.tokens, seats[:PAYERS], strict=False):
        client = ApiClient(replace(target, tokens=(token,)))
        reserved = client.send(api_client.reserve(session.id, seat))["reserveSeats"]
        held.append((client, reserved["id"]))
    pages = [_page(client, reservation_id) for client, reservation_id in held]
    provider = stripe.StripeClient(
        settings["STRIPE_SECRET_KEY"],
        base_addresses={"api": settings["STRIPE_API_URL"]},
    )
    opened = [provider.v1.checkout.sessions.retrieve(page) for page in pages]
    return [str(page.client_reference_id) for page in opened]


def _page(client: ApiClient, reservation_id: str) -> str:
    """The provider's id of the page: the sandbox has it in the address."""
    ends = time.monotonic() + OPENING_SECONDS
    payment = None
    while payment is None:
        if time.monotonic() > ends:
            raise CommandError("Payments are not opened: is a worker running?")
        time.sleep(POLL_SECONDS)
        asked = api_client.ask(documents.RESERVATION, {"id": reservation_id})
        payment = client.send(asked)["reservation"]["payment"]
    entered = {
        "paymentId": payment["id"],
        "returnUrl": "https://app.example/paid",
        "ifLate": "SAME_SEATS",
    }
    started = client.send(api_client.ask(documents.START_CHECKOUT, {"input": entered}))[
        "startCheckout"
    ]
    return str(started["url"]).rpartition("/")[2]

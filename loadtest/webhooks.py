"""Bystanders while a payment provider sends its events at a fixed rate."""

import os
from collections.abc import Mapping

from loadtest import plan
from loadtest.api_client import ApiClient
from loadtest.bystanders import paced_bystanders
from loadtest.helper_process import HelperProcess
from loadtest.plan import Seconds
from loadtest.report import Report
from loadtest.target import find
from runtime import run_file

ROWS = 3  # each with other bystanders


def run(environ: Mapping[str, str], users: int, seconds: Seconds) -> Report:
    """`users` is how many events a second; each is signed, new, and of no attempt."""
    secret = run_file.require(environ, "STRIPE_WEBHOOK_SECRET").partition(",")[0]
    target = find(environ, ROWS * plan.BYSTANDERS)
    session = ApiClient(target).find_session(ROWS * plan.BYSTANDERS)
    # A server that has just started opens what it uses later.
    paced_bystanders(target, 0, session, "warm-up", plan.SETTLING_SECONDS)
    rows = [paced_bystanders(target, 1, session, "alone", plan.QUIET_SECONDS)]
    with HelperProcess("loadtest.webhook_process") as provider:
        provider.request({"origin": target.origin, "secret": secret, "rate": users})
        row = f"beside {users} events/s"
        rows.append(paced_bystanders(target, 2, session, row, seconds.waves))
        sent = provider.finish()
    stored = sent["statuses"].get("200", 0)
    rate = stored / sent["seconds"]
    remarks = [
        f"{stored:,} of {sent['due']:,} events were stored: {rate:,.0f} a second.",
        "An answer took (ms): "
        + ", ".join(f"{name} {took:,.1f}" for name, took in sent["took"].items()),
        f"Load average {os.getloadavg()[0]:.1f}.",
    ]
    wrong = {row.name: row.errors for row in rows if row.errors}
    complaints = [f"{n} requests went wrong: {name}." for name, n in wrong.items()]
    if stored < sent["due"]:
        complaints.append(f"Not all events were stored: {sent['statuses']}.")
    title = f"Webhooks: {plan.BYSTANDERS} bystanders beside them ({session.name})"
    return Report(title, rows, remarks, complaints)

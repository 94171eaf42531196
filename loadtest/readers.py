"""Bystanders while other clients read without a pause."""

import time
from collections.abc import Mapping
from dataclasses import asdict, replace

from loadtest import measurements, plan
from loadtest.api_client import ApiClient, SessionOnSale
from loadtest.bystanders import bystander_process
from loadtest.helper_process import HelperProcess
from loadtest.measurements import Row
from loadtest.plan import Seconds
from loadtest.report import Report
from loadtest.target import Target, find

# Others each time: an account may reserve only so often, and its last seats stay taken
# for a while.
BYSTANDERS = plan.BYSTANDERS * (2 + len(plan.READERS))


def run(environ: Mapping[str, str], users: int, seconds: Seconds) -> Report:
    """`users` accounts send queries of many fields; who reads maps is anonymous."""
    target = find(environ, users + BYSTANDERS)
    session = ApiClient(target).find_session(BYSTANDERS)
    reading = replace(target, tokens=target.tokens[:users])
    # A server that has just started opens what it uses later.
    _bystanders(target, 0, session, "warm-up", plan.SETTLING_SECONDS)
    rows = [_bystanders(target, 1, session, "alone", plan.QUIET_SECONDS)]
    remarks = []
    for number, (kind, name) in enumerate(plan.READERS.items(), start=2):
        with HelperProcess("loadtest.reader_process") as readers:
            readers.request(
                {"target": asdict(reading), "session_id": session.id, "kind": kind}
            )
            row = f"beside {name}"
            rows.append(_bystanders(target, number, session, row, seconds.waves))
            counts = readers.finish()
        said = ", ".join(f"{count:,} {what}" for what, count in sorted(counts.items()))
        remarks.append(f"{name}: {said}.")
    title = f"Readers: {plan.BYSTANDERS} bystanders beside them ({session.name})"
    wrong = {row.name: row.errors for row in rows if row.errors}
    complaints = [f"{n} requests went wrong: {name}." for name, n in wrong.items()]
    return Report(title, rows, remarks, complaints)


def _bystanders(
    target: Target, number: int, session: SessionOnSale, name: str, seconds: float
) -> Row:
    first = number * plan.BYSTANDERS
    seats = session.seats[first : first + plan.BYSTANDERS]
    tokens = target.tokens[::-1][first : first + plan.BYSTANDERS]  # the last ones
    bystanders = bystander_process(replace(target, tokens=tokens), session.id, seats)
    with bystanders as others:
        time.sleep(seconds)
        answers = others.stop()
    return measurements.paced_row(name, answers, ["Reservation"])

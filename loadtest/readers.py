"""Bystanders while other clients read without a pause."""

from collections.abc import Mapping
from dataclasses import asdict, replace

from loadtest import plan
from loadtest.api_client import ApiClient
from loadtest.bystanders import paced_bystanders
from loadtest.helper_process import HelperProcess
from loadtest.measurements import wrong
from loadtest.plan import Seconds
from loadtest.report import Report
from loadtest.target import find

# Others each time: an account may reserve only so often, and its last seats stay taken
# for a while.
BYSTANDERS = plan.BYSTANDERS * (2 + len(plan.READERS))


def run(environ: Mapping[str, str], users: int, seconds: Seconds) -> Report:
    """`users` accounts send queries of many fields; who reads maps is anonymous."""
    target = find(environ, users + BYSTANDERS)
    session = ApiClient(target).find_session(BYSTANDERS)
    reading = replace(target, tokens=target.tokens[:users])
    # A server that has just started opens what it uses later.
    paced_bystanders(target, 0, session, "warm-up", plan.SETTLING_SECONDS)
    rows = [paced_bystanders(target, 1, session, "alone", plan.QUIET_SECONDS)]
    remarks = []
    for number, (kind, name) in enumerate(plan.READERS.items(), start=2):
        with HelperProcess("loadtest.reader_process") as readers:
            readers.request(
                {"target": asdict(reading), "session_id": session.id, "kind": kind}
            )
            row = f"beside {name}"
            rows.append(paced_bystanders(target, number, session, row, seconds.waves))
            counts = readers.finish()
        said = ", ".join(f"{count:,} {what}" for what, count in sorted(counts.items()))
        remarks.append(f"{name}: {said}.")
    title = f"Readers: {plan.BYSTANDERS} bystanders beside them ({session.name})"
    return Report(title, rows, remarks, wrong(rows))

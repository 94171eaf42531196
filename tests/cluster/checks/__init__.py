"""The promises; each check is a pure function of the evidence."""

from collections.abc import Callable, Iterator, Mapping

from tests.cluster.checks import (
    answers,
    days,
    door,
    limits,
    maps,
    refunds,
    sales,
    seats,
    tickets,
    validity,
    versions,
    windows,
)
from tests.cluster.evidence import Evidence

PROMISES: Mapping[str, Callable[[Evidence], Iterator[str]]] = {
    "1 each seat is linearizable, each hold lasts 30 s": seats.violations,
    "2 sold is final or refunded, paid for once, whole": sales.violations,
    "3 what was acknowledged is there, unknowns whole or not": answers.violations,
    "4 versions are 1..n on the topic, in order": versions.violations,
    "5 every watcher ends at the truth": maps.violations,
    "6 no customer has too many seats": limits.violations,
    "7 each local day lists each session once": days.violations,
    "8 sales end, and nothing is sold afterwards": windows.violations,
    "9 tickets have their type, price and quota": tickets.violations,
    "10 a refund gives back its tickets, whole and once": refunds.violations,
    "11 a ticket lets one person in while it is valid": door.violations,
    "12 a sold seat has one valid ticket, for who holds it": validity.violations,
}


def judge(evidence: Evidence) -> dict[str, list[str]]:
    """The broken promises, each with a sentence for every violation."""
    found = {name: list(check(evidence)) for name, check in PROMISES.items()}
    return {name: broken for name, broken in found.items() if broken}

"""Metrics of the door."""

from typing import Final

from prometheus_client import Counter

# A scan that a gate has sent later, and that was refused or displaced another one, has
# let somebody in who should not have been.
CHECK_INS = Counter(
    "cinema_check_ins",
    "Scans of tickets, by result and by whether a gate has sent them later.",
    ["result", "scanned"],
)
CHECKED_IN: Final = "CHECKED_IN"
DISPLACED: Final = "DISPLACED"  # it is checked in, and a later scan was before
ONLINE, OFFLINE = "online", "offline"
# They are there from the beginning: a rate needs a 0 before the first one.
for _result in (DISPLACED, "ALREADY_CHECKED_IN", "TICKET_NOT_VALID", "WRONG_SESSION"):
    CHECK_INS.labels(_result, OFFLINE)


def count(result: str, *, sent_later: bool) -> None:
    CHECK_INS.labels(result, OFFLINE if sent_later else ONLINE).inc()

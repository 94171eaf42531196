"""Promise 6: no customer ever holds and owns more seats of a session than allowed."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import groupby
from operator import attrgetter

from domain.reservation import SEATS_PER_CUSTOMER
from tests.cluster.evidence import Evidence


def violations(evidence: Evidence) -> Iterator[str]:
    """In the order of transactions.

    Who holds locks rows, and so gets a transaction's number, after all those have ended
    that it has counted.
    """
    rows = {row.id: row for row in evidence.reservations}
    owners: dict[str, tuple[str, str]] = {}  # customer and session, by seat
    seats: dict[tuple[str, str], set[str]] = defaultdict(set)
    in_order = sorted(evidence.changes, key=attrgetter("transaction", "version"))
    for transaction, changes in groupby(in_order, attrgetter("transaction")):
        touched = set()
        for change in changes:
            if before := owners.pop(change.seat, None):
                seats[before].discard(change.seat)
            if row := rows.get(change.reservation or ""):
                owner = owners[change.seat] = (row.customer, row.session)
                seats[owner].add(change.seat)
                touched.add(owner)
        for owner in touched:
            if len(seats[owner]) > SEATS_PER_CUSTOMER:
                customer, session = owner
                yield (
                    f"{customer} has {len(seats[owner])} seats of session {session}"
                    f" after transaction {transaction}"
                )

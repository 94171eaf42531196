"""Promise 7: each local day of a cinema lists each of its sessions once."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date

from tests.cluster.evidence import Evidence


def violations(evidence: Evidence) -> Iterator[str]:
    listed: dict[str, list[tuple[str, date]]] = defaultdict(list)
    for listing in evidence.listings:
        for session in listing.sessions:
            listed[session].append((listing.cinema, listing.day))
    for row in evidence.sessions:
        if listed[row.id] != [(row.cinema, row.day)]:
            yield f"{row} is listed on {listed[row.id]}"

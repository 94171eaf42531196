"""Promise 4: the events of each seat carry its versions one by one, in order."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from tests.cluster.evidence import Event, Evidence


def violations(evidence: Evidence) -> Iterator[str]:
    yield from _recorded(evidence)
    yield from _sent(evidence)
    if evidence.unconfirmed:
        yield f"not confirmed by all their consumers: {evidence.unconfirmed}"


def _recorded(evidence: Evidence) -> Iterator[str]:
    """Only a seat that was added to a session on sale has an event of version 1."""
    events: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for event in sorted(evidence.outbox, key=lambda event: event.position):
        for state in event.seats:
            events[state.seat].append((state.version, state.status))
    true = {(c.seat, c.version): c.status for c in evidence.changes}
    for row in evidence.seats:
        versions = [version for version, _ in events[row.id]]
        first = versions[0] if versions and versions[0] == 1 else 2
        if versions != list(range(first, row.version + 1)):
            yield f"seat {row.id} is at {row.version}, its events have {versions}"
        for version, status in events[row.id]:
            if true.get((row.id, version)) != status:
                yield f"seat {row.id}: the event of version {version} says {status}"


def _sent(evidence: Evidence) -> Iterator[str]:
    """An event may be on its topic twice. The first copies are in outbox order.

    This holds for each seat and each reservation. Other changes commit in any order.
    Records that a broker lost are sent again, after later ones.
    """
    emptied_until = _emptied_until(evidence)
    events = {event.id: event for event in evidence.outbox}
    there: set[str] = set()
    latest: dict[tuple[str, str], Event] = {}
    partitions: dict[tuple[str, str], set[int]] = defaultdict(set)
    for record in sorted(evidence.records, key=lambda r: (r.partition, r.offset)):
        event = events.get(record.event)
        place = (record.topic, record.session)
        partitions[place].add(record.partition)
        if event is None or place != (event.topic, event.session):
            yield f"{record} is no event, or one that nobody could handle: {event}"
        elif event.id not in there:
            there.add(event.id)
            for one in (event.reservation, *(state.seat for state in event.seats)):
                before = latest.get((event.topic, one)) if one else None
                if (
                    before
                    and before.position > event.position
                    and event.at > emptied_until
                ):
                    yield f"of {one} {event.id} comes after the later {before.id}"
                if one:
                    latest[event.topic, one] = event
    for place, found in partitions.items():
        if len(found) > 1:
            yield f"{place} is spread over the partitions {found}"
    yield from _missing(evidence, events, there)


def _missing(
    evidence: Evidence, events: Mapping[str, Event], there: set[str]
) -> Iterator[str]:
    """Records that the broker lost were confirmed before: no consumer needs them."""
    for event in events.values():
        if event.id not in there and event.at > _emptied_until(evidence):
            yield f"not on the topic: {event}"


def _emptied_until(evidence: Evidence) -> int:
    disturbance = evidence.disturbance
    emptied_at = disturbance.emptied_at if disturbance else []
    return max(map(evidence.database_time, emptied_at), default=0)

"""Promise 4: the events of each seat are its versions, one by one, in order."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from tests.cluster.evidence import Event, Evidence


def violations(evidence: Evidence) -> Iterator[str]:
    yield from _told(evidence)
    yield from _sent(evidence)
    if evidence.unconfirmed:
        yield f"not confirmed by all their consumers: {evidence.unconfirmed}"


def _told(evidence: Evidence) -> Iterator[str]:
    """Version 1 is told only of a seat that came while its session was on sale."""
    told: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for event in sorted(evidence.outbox, key=lambda event: event.position):
        for state in event.seats:
            told[state.seat].append((state.version, state.status))
    true = {(c.seat, c.version): c.status for c in evidence.changes}
    for row in evidence.seats:
        versions = [version for version, _ in told[row.id]]
        first = versions[0] if versions and versions[0] == 1 else 2
        if versions != list(range(first, row.version + 1)):
            yield f"seat {row.id} is at {row.version}, its events told {versions}"
        for version, status in told[row.id]:
            if true.get((row.id, version)) != status:
                yield f"seat {row.id}: version {version} was told as {status}"


def _sent(evidence: Evidence) -> Iterator[str]:
    """An event may be there twice. Its first time is in the outbox's order.

    Of each seat and each reservation, that is: changes that have nothing in common are
    committed in any order. What a broker had and forgot is told again, and later.
    """
    forgotten_until = _forgotten_until(evidence)
    events = {event.id: event for event in evidence.outbox}
    there: set[str] = set()
    latest: dict[tuple[str, str], Event] = {}
    partitions: dict[tuple[str, str], set[int]] = defaultdict(set)
    for record in sorted(evidence.records, key=lambda r: (r.partition, r.offset)):
        event = events.get(record.event)
        lane = (record.topic, record.session)
        partitions[lane].add(record.partition)
        if event is None or lane != (event.topic, event.session):
            yield f"{record} is no event, or one that nobody could handle: {event}"
        elif event.id not in there:
            there.add(event.id)
            for one in (event.reservation, *(state.seat for state in event.seats)):
                before = latest.get((event.topic, one)) if one else None
                if (
                    before
                    and before.position > event.position
                    and event.at > forgotten_until
                ):
                    yield f"of {one} {event.id} comes after the later {before.id}"
                if one:
                    latest[event.topic, one] = event
    for lane, found in partitions.items():
        if len(found) > 1:
            yield f"{lane} is spread over the partitions {found}"
    yield from _missing(evidence, events, there)


def _missing(
    evidence: Evidence, events: Mapping[str, Event], there: set[str]
) -> Iterator[str]:
    """What the broker has forgotten since was confirmed before: nobody waits for it."""
    for event in events.values():
        if event.id not in there and event.at > _forgotten_until(evidence):
            yield f"not on the topic: {event}"


def _forgotten_until(evidence: Evidence) -> int:
    trouble = evidence.disturbance
    forgot_at = trouble.forgot_at if trouble else []
    return max(map(evidence.database_time, forgot_at), default=0)

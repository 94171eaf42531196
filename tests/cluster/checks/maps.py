"""Promise 5: each watcher ends with the true map and hears of every change in time.

And the number of free seats is that of the map.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from tests.cluster.checks.chains import chains
from tests.cluster.evidence import SECOND, Evidence, SeatChange, WatcherLog

# From a change until a connected watcher receives it, without faults. The limit finds
# changes that never arrive, not slow ones: some ten milliseconds are usual.
MAX_DELAY_SECONDS = 10.0
CLOCK_TOLERANCE = SECOND // 10


def violations(evidence: Evidence) -> Iterator[str]:
    true = {(c.seat, c.version): c for c in evidence.changes}
    for watcher in evidence.watchers:
        if watcher.error:
            yield f"{watcher.name} was refused: {watcher.error}"
        if watcher.open_since is None:
            yield f"{watcher.name} is not connected at the end"
        yield from _map(watcher, evidence)
        yield from _received(watcher, true, evidence)
        yield from _delays(watcher, evidence)
    for answer in evidence.availabilities:
        rows = [row for row in evidence.seats if row.session == answer.session]
        free = sum(row.status == "AVAILABLE" for row in rows)
        if (answer.total, answer.available) != (len(rows), free):
            yield f"{answer} was shown, and {free} of {len(rows)} seats are free"


def _map(watcher: WatcherLog, evidence: Evidence) -> Iterator[str]:
    rows = {row.id: row for row in evidence.seats if row.session == watcher.session}
    for seat in rows.keys() ^ watcher.final.keys():
        yield f"{watcher.name} and the table do not both know the seat {seat}"
    for seat in rows.keys() & watcher.final.keys():
        row, seen = rows[seat], watcher.final[seat]
        if (row.version, row.status, row.price_minor) != (
            seen.version,
            seen.status,
            seen.price_minor,
        ):
            yield f"{watcher.name} ended with {seen}, and it is {row}"


def _received(
    watcher: WatcherLog,
    true: Mapping[tuple[str, int], SeatChange],
    evidence: Evidence,
) -> Iterator[str]:
    """Only true states were received; an expired hold may read as AVAILABLE."""
    for received in watcher.observed:
        was = true.get((received.state.seat, received.state.version))
        expired = (
            was is not None
            and was.held_until is not None
            and received.state.status == "AVAILABLE"
            and was.held_until <= evidence.database_time(received.at) + CLOCK_TOLERANCE
        )
        if was is None or (was.status != received.state.status and not expired):
            yield f"{watcher.name} received {received.state}, and it was {was}"


def _delays(watcher: WatcherLog, evidence: Evidence) -> Iterator[str]:
    """Checks the last change of each seat: no later one can have replaced it."""
    if watcher.open_since is None:
        return
    times: dict[str, dict[int, float]] = defaultdict(dict)
    for received in watcher.observed:
        state = received.state
        first = times[state.seat].get(state.version, received.at)
        times[state.seat][state.version] = min(first, received.at)
    last = {seat: chain[-1] for seat, chain in chains(evidence).items()}
    disturbance, max_delay = evidence.disturbance, MAX_DELAY_SECONDS * evidence.slowness
    for row in evidence.seats:
        change = last.get(row.id)
        at = times[row.id].get(row.version)
        if row.session != watcher.session or change is None or at is None:
            continue  # `_map` reports a state that it never received
        since = max(change.at / SECOND - evidence.clock_offset, watcher.open_since)
        if disturbance and since >= disturbance.began - max_delay:
            since = max(since, disturbance.recovered_by)
        if at > since + max_delay:
            yield f"{watcher.name} received {change} {at - since:.1f} s late"

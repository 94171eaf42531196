"""Promise 5: whoever watches ends at the truth, and is never left in silence."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from tests.cluster.checks.chains import chains
from tests.cluster.evidence import SECOND, Evidence, SeatChange, WatcherStory

# From a change until a watcher that was there has it, in peace. A bound for silence,
# not for speed: what is usual are some ten milliseconds.
SILENCE_SECONDS = 10.0
CLOCKS = SECOND // 10  # of comparing two of them


def violations(evidence: Evidence) -> Iterator[str]:
    true = {(c.seat, c.version): c for c in evidence.changes}
    for watcher in evidence.watchers:
        if watcher.error:
            yield f"{watcher.name} was refused: {watcher.error}"
        if watcher.open_since is None:
            yield f"{watcher.name} is not connected at the end"
        yield from _map(watcher, evidence)
        yield from _heard(watcher, true, evidence)
        yield from _silence(watcher, evidence)


def _map(watcher: WatcherStory, evidence: Evidence) -> Iterator[str]:
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


def _heard(
    watcher: WatcherStory,
    true: Mapping[tuple[str, int], SeatChange],
    evidence: Evidence,
) -> Iterator[str]:
    """Only what was ever true; a hold whose time is over reads as AVAILABLE."""
    for told in watcher.told:
        was = true.get((told.state.seat, told.state.version))
        over = (
            was is not None
            and was.held_until is not None
            and told.state.status == "AVAILABLE"
            and was.held_until <= evidence.database_time(told.at) + CLOCKS
        )
        if was is None or (was.status != told.state.status and not over):
            yield f"{watcher.name} was told {told.state}, and it was {was}"


def _silence(watcher: WatcherStory, evidence: Evidence) -> Iterator[str]:
    """Of the last change of each seat, which no later one can have told."""
    if watcher.open_since is None:
        return
    heard: dict[str, dict[int, float]] = defaultdict(dict)
    for told in watcher.told:
        version = heard[told.state.seat].setdefault(told.state.version, told.at)
        heard[told.state.seat][told.state.version] = min(version, told.at)
    last = {seat: chain[-1] for seat, chain in chains(evidence).items()}
    trouble, patience = evidence.disturbance, SILENCE_SECONDS * evidence.slowness
    for row in evidence.seats:
        change = last.get(row.id)
        at = heard[row.id].get(row.version)
        if row.session != watcher.session or change is None or at is None:
            continue  # what it does not know is told above
        since = max(change.at / SECOND - evidence.clock_offset, watcher.open_since)
        if trouble and since >= trouble.began - patience:
            since = max(since, trouble.recovered_by)
        if at > since + patience:
            yield f"{watcher.name} was told of {change} {at - since:.1f} s late"

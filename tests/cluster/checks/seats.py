"""Promise 1: each seat is always free, held by one customer or sold to one.

No search is needed. Versions are assigned under the row lock of the seat, so they are
the only order in which its changes can have happened. Two checks remain: each step of
that order is allowed, and no step was caused by a request that was answered before the
request of an earlier step began. See ADR 31.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise

from tests.cluster.checks.chains import (
    Chain,
    chains,
    ends,
    is_extension,
    is_reprice,
    refunded,
)
from tests.cluster.checks.effects import Effect, effects
from tests.cluster.evidence import SECOND, Evidence, SeatChange

HOLD = 30 * SECOND
EXTENSION = 30 * SECOND
GRACE = 3 * SECOND  # from a hold's end until it is swept, without faults
# From the clock that decides to the witness at the end of the same statement.
SLACK = 2 * SECOND
# The marker of a hold may outlive its cancel in Redis, until the hold's own end. The
# customers extend a hold once.
STALE_SECONDS = 61.0


def violations(evidence: Evidence) -> Iterator[str]:
    witnessed, given_back = chains(evidence), refunded(evidence)
    for row in evidence.seats:
        chain = witnessed.get(row.id, ())
        yield from _steps(row.id, chain, given_back)
        last = chain[-1] if chain else None
        if not last or (last.version, last.status, last.reservation) != (
            row.version,
            row.status,
            row.reservation,
        ):
            yield f"seat {row.id} is {row}, and the witness has {last}"
    yield from _order(evidence)
    yield from _reads(evidence)
    yield from _deadlines(evidence)
    yield from _refusals(evidence)


def _steps(seat: str, chain: Chain, given_back: set[tuple[str, str]]) -> Iterator[str]:
    versions = [change.version for change in chain]
    if versions != list(range(1, len(chain) + 1)):
        yield f"seat {seat}: its versions were {versions}"
    for before, after in pairwise(chain):
        is_refund = (before.status, after.status) == ("SOLD", "AVAILABLE") and (
            (before.reservation, seat) in given_back
        )
        if not is_refund and not _allowed(before, after):
            yield f"seat {seat}: {_state(before)} became {_state(after)}"


def _allowed(before: SeatChange, after: SeatChange) -> bool:
    match before.status, after.status:
        case "AVAILABLE", "HELD":
            return after.reservation is not None
        case "HELD", "AVAILABLE":
            return True  # cancelled or expired
        case (("AVAILABLE" | "BLOCKED"), ("AVAILABLE" | "BLOCKED")):
            return True  # blocked, unblocked or repriced; never held
        case "HELD", "SOLD":
            return before.reservation == after.reservation
    return is_extension(before, after) or is_reprice(before, after)


def _state(change: SeatChange) -> str:
    return f"{change.status} {change.reservation or ''} (version {change.version})"


def _order(evidence: Evidence) -> Iterator[str]:
    of_seat: dict[str, list[Effect]] = defaultdict(list)
    for effect in effects(evidence):
        of_seat[effect.seat].append(effect)
    for found in of_seat.values():
        latest: Effect | None = None
        for effect in sorted(found, key=lambda e: (e.version, e.is_read)):
            if latest and effect.ended < latest.began:
                yield (
                    f"seat {effect.seat}: {effect.what} of version {effect.version} was"
                    f" answered before {latest.what} of version {latest.version} began"
                )
            if latest is None or effect.began > latest.began:
                latest = effect


def _reads(evidence: Evidence) -> Iterator[str]:
    """An expired hold may read as AVAILABLE before it is swept."""
    true = {(c.seat, c.version): c for c in evidence.changes}
    for operation in evidence.operations:
        for state in operation.states if operation.kind == "read" else ():
            was = true.get((state.seat, state.version))
            expired = (
                was is not None
                and was.held_until is not None
                and state.status == "AVAILABLE"
                and was.held_until <= evidence.database_time(operation.returned) + SLACK
            )
            if was is None or (was.status != state.status and not expired):
                yield f"{operation.customer} read {state}, and it was {was}"


def _deadlines(evidence: Evidence) -> Iterator[str]:
    over = ends(evidence)
    held = {row.id: row for row in evidence.reservations}
    for row in held.values():
        if row.expires_at - row.created_at != HOLD + row.extensions * EXTENSION:
            lasts = (row.expires_at - row.created_at) / SECOND
            yield f"reservation {row.id} is for {lasts} s"
    yield from _extensions(evidence)
    for change in _last_holds(evidence):
        hold = held.get(change.reservation or "")
        if hold is None or change.held_until != hold.expires_at:
            yield f"seat {change.seat} is held until {change.held_until} for {hold}"
            continue
        end = over.get((hold.id, change.seat))
        ended_at = end.at if end else evidence.read_at
        late = (ended_at - hold.expires_at) / SECOND
        if end and hold.status == "EXPIRED" and late < 0:
            yield f"the hold {hold.id} was ended {-late} s before its time"
        slack = SLACK / SECOND * evidence.slowness
        if hold.status in {"CANCELLED", "CONFIRMED"} and late > slack:
            yield f"{hold.id} became {hold.status} {late} s after its time"
        if ended_at > _swept_by(evidence, hold.expires_at):
            yield f"the hold {hold.id} was swept up {late} s after its time"


def _extensions(evidence: Evidence) -> Iterator[str]:
    """Each is by the same time, and in time."""
    slack = SLACK * evidence.slowness
    for chain in chains(evidence).values():
        for before, after in pairwise(chain):
            if not is_extension(before, after):
                continue
            ended, ends_now = before.held_until or 0, after.held_until or 0
            if ends_now != ended + EXTENSION:
                yield f"{before} was extended by {(ends_now - ended) / SECOND} s"
            if after.at > ended + slack:
                yield f"{before} was extended {(after.at - ended) / SECOND} s late"


def _last_holds(evidence: Evidence) -> Iterable[SeatChange]:
    """Of each seat of a reservation: its hold, as it was extended last."""
    held = [c for c in evidence.changes if c.status == "HELD" and c.reservation]
    held.sort(key=lambda change: change.version)
    return {(change.seat, change.reservation): change for change in held}.values()


def _swept_by(evidence: Evidence, expires_at: int) -> int:
    """At once; a hold that ends during a fault: once the service has recovered."""
    disturbance, grace = evidence.disturbance, round(GRACE * evidence.slowness)
    if disturbance and expires_at + grace >= evidence.database_time(disturbance.began):
        return grace + max(expires_at, evidence.database_time(disturbance.recovered_by))
    return grace + expires_at


def _refusals(evidence: Evidence) -> Iterator[str]:
    """A seat is refused only if another customer has it or just had it."""
    taken: dict[str, list[tuple[float, float]]] = defaultdict(list)
    to_our_clock = -evidence.clock_offset
    for seat, chain in chains(evidence).items():
        moments = [change.at / SECOND + to_our_clock for change in chain] + [math.inf]
        for change, since, until in zip(chain, moments, moments[1:], strict=False):
            if change.status != "AVAILABLE":
                taken[seat].append((since, until))
    for operation in evidence.operations:
        if operation.code != "SEATS_UNAVAILABLE":
            continue
        began, ended = operation.invoked - STALE_SECONDS, operation.returned + 0.1
        if not any(
            since <= ended and until >= began
            for seat in operation.seats
            for since, until in taken[seat]
        ):
            yield f"{operation.customer} was refused {operation.seats}: nobody had them"

"""The effects of operations on seats, each with the time window in which it happened.

Several requests may share one effect: retries with the same key, a second approval. It
happened between the start of the first one and the first answer that reports it.
Without such an answer it happened at any time after the start.
"""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from tests.cluster.checks.chains import chains, is_reprice
from tests.cluster.evidence import HOLDS, Evidence, Operation, SeatChange
from tests.cluster.rows import ClaimRow


@dataclass(frozen=True, slots=True)
class Effect:
    """A change of one seat to `version`, or a read that returned that version."""

    seat: str
    version: int
    what: str
    began: float
    ended: float
    is_read: bool = False


def effects(evidence: Evidence) -> Iterator[Effect]:
    causes = Causes(evidence)
    for seat, chain in chains(evidence).items():
        before, holder = None, None
        for change in chain:
            repriced = before is not None and is_reprice(before, change)
            before = change
            if repriced:
                continue
            what, caused = causes.of(change, holder)
            holder = change.reservation
            if caused:
                yield Effect(seat, change.version, what, *_window(caused, change))
    for operation in evidence.operations:
        if operation.kind == "read" and operation.outcome == "ok":
            for state in operation.states:
                began, ended = operation.invoked, operation.returned
                yield Effect(state.seat, state.version, "read", began, ended, True)


def _window(caused: Iterable[Operation], change: SeatChange) -> tuple[float, float]:
    """Several extensions may have been asked for: the first answers may be older."""
    answered = [
        one.returned
        for one in caused
        if one.outcome == "ok" and (one.kind != "extend" or _shows(one, change))
    ]
    began = min(one.invoked for one in caused)
    return began, min(answered, default=math.inf)


class Causes:
    """Finds the operations that can have caused a change; refused ones cannot."""

    def __init__(self, evidence: Evidence) -> None:
        self._done = [o for o in evidence.operations if o.outcome != "refused"]
        self._keys: Mapping[str, tuple[str, str]] = {
            row.result: (row.customer, row.key)
            for row in evidence.keys
            if row.operation in HOLDS.values()
        }
        self._payments = {row.reservation: row.id for row in evidence.payments}
        self._reservations = {row.id: row for row in evidence.reservations}
        self._tickets = {(row.reservation, row.seat): row for row in evidence.claims}
        self._confirmed = {
            row.id for row in evidence.reservations if row.status == "CONFIRMED"
        }

    def of(self, change: SeatChange, holder: str | None) -> tuple[str, list[Operation]]:
        """`holder` is the reservation that had the seat before."""
        reservation = change.reservation
        if reservation is None and holder in self._confirmed:
            return "refund", self.of_refund(self._tickets[holder, change.seat])
        if reservation is None:
            return "cancel", self.of_cancel(holder) if holder else []
        if change.status == "SOLD":
            return "approve", self.of_sale(reservation)
        if reservation == holder:
            return "extend", self.of_extension(reservation)
        return "reserve", self.of_hold(reservation)

    def of_hold(self, reservation: str) -> list[Operation]:
        key = self._keys.get(reservation)
        return [
            one
            for one in self._done
            if one.kind in HOLDS
            and (
                one.result == reservation
                or (one.result is None and key is not None and key == _key(one))
            )
        ]

    def of_extension(self, reservation: str) -> list[Operation]:
        return [
            one
            for one in self._done
            if one.kind == "extend" and one.target == reservation
        ]

    def of_sale(self, reservation: str) -> list[Operation]:
        payment = self._payments.get(reservation)
        return [o for o in self._done if o.kind == "approve" and o.target == payment]

    def of_refund(self, ticket: ClaimRow) -> list[Operation]:
        return [
            one
            for one in self._done
            if one.kind == "refund"
            and one.target == ticket.reservation
            and one.result in {None, ticket.refund}
            and (not one.tickets or ticket.ticket in one.tickets)
        ]

    def of_cancel(self, reservation: str) -> list[Operation]:
        """Empty if the hold expired: no operation causes that."""
        row = self._reservations.get(reservation)
        if row is None or row.status != "CANCELLED":
            return []
        return [o for o in self._done if o.kind == "cancel" and o.target == reservation]


def _shows(one: Operation, change: SeatChange) -> bool:
    return any(
        state.seat == change.seat and state.version >= change.version
        for state in one.states
    )


def _key(one: Operation) -> tuple[str, str] | None:
    return None if one.key is None else (one.customer, one.key)

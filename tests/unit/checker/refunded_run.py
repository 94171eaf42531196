"""The recorded run with a refund of one ticket, as servers would have recorded it."""

from dataclasses import dataclass, replace

from tests.cluster.evidence import (
    SECOND,
    Event,
    Evidence,
    ObservedState,
    Operation,
    SeatChange,
    SeatState,
    TopicRecord,
)
from tests.cluster.rows import (
    ClaimRow,
    KeyRow,
    PaymentRow,
    RefundRow,
    ReservationRow,
    SeatRow,
)
from tests.unit.checker.selection import reservation

REFUND = "the refund"


@dataclass(frozen=True)
class Refunded:
    operation: Operation
    row: RefundRow
    ticket: ClaimRow
    change: SeatChange
    event: Event
    payment: PaymentRow


def refund(evidence: Evidence) -> Refunded:
    """Of the first ticket of a sale of two or more, at the end of the run."""
    sold = reservation(evidence, "CONFIRMED", seats=2)
    ticket = next(claim for claim in evidence.claims if claim.reservation == sold.id)
    seat = next(row for row in evidence.seats if row.id == ticket.seat)
    payment = next(p for p in evidence.payments if p.reservation == sold.id)
    operation = _asked(evidence, sold, ticket)
    change = _freed(evidence, seat)
    event = _published(evidence, sold, ticket, change)
    ticket.refund, ticket.open, ticket.ticket = REFUND, False, operation.tickets[0]
    payment.refunded_minor = ticket.price_minor
    row = RefundRow(id=REFUND, reservation=sold.id, amount_minor=ticket.price_minor)
    evidence.refunds.append(row)
    key = KeyRow(
        customer=sold.customer,
        operation="refundTickets",
        key=str(operation.key),
        result=REFUND,
    )
    evidence.keys.append(key)
    return Refunded(operation, row, ticket, change, event, payment)


def _asked(evidence: Evidence, sold: ReservationRow, ticket: ClaimRow) -> Operation:
    last = max(one.returned for one in evidence.operations)
    operation = Operation(
        kind="refund",
        customer=sold.customer,
        session=sold.session,
        target=sold.id,
        tickets=("the ticket",),
        key="the key",
        invoked=last,
        returned=last + 0.1,
        outcome="ok",
        result=REFUND,
        status="SUCCEEDED",
        amount_minor=ticket.price_minor,
    )
    evidence.operations.append(operation)
    return operation


def _freed(evidence: Evidence, seat: SeatRow) -> SeatChange:
    """All watchers have received it."""
    asked = evidence.operations[-1].invoked
    seat.version, seat.status, seat.reservation = seat.version + 1, "AVAILABLE", None
    change = SeatChange(
        seat=seat.id,
        version=seat.version,
        status="AVAILABLE",
        reservation=None,
        held_until=None,
        at=evidence.database_time(asked) + SECOND // 100,
        transaction=max(each.transaction for each in evidence.changes) + 1,
    )
    evidence.changes.append(change)
    for watcher in evidence.watchers:
        if watcher.session == seat.session:
            state = _state(change, watcher.final[seat.id].price_minor)
            watcher.final[seat.id] = state
            watcher.observed.append(
                ObservedState(state=state, at=asked + 0.1, whole=False)
            )
    for answer in evidence.availabilities:
        answer.available += answer.session == seat.session
    return change


def _state(change: SeatChange, price_minor: int | None) -> SeatState:
    return SeatState(
        seat=change.seat,
        version=change.version,
        status=change.status,
        price_minor=price_minor,
    )


def _published(
    evidence: Evidence, sold: ReservationRow, ticket: ClaimRow, change: SeatChange
) -> Event:
    sale = next(
        event
        for event in evidence.outbox
        if (event.reservation, event.type) == (sold.id, "ReservationConfirmed")
    )
    event = replace(
        sale,
        position=max(each.position for each in evidence.outbox) + 1,
        id="the event",
        type="TicketsRefunded",
        seats=(_state(change, ticket.price_minor),),
        at=change.at,
    )
    evidence.outbox.append(event)
    record = next(r for r in evidence.records if r.event == sale.id)
    offset = max(each.offset for each in evidence.records) + 1
    evidence.records.append(
        TopicRecord(
            topic=record.topic,
            partition=record.partition,
            offset=offset,
            event=event.id,
            session=record.session,
        )
    )
    return event

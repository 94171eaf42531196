"""Holds and cancels as members of groups: see statement_groups."""

from typing import Any
from uuid import UUID

from domain.ports import Hold
from persistence.sales.statement_groups import GroupedCall

Origin = tuple[str | None, str | None]  # id and trace of a request


def grouped_hold(hold: Hold, origin: Origin) -> GroupedCall:
    """No seat and no idempotency key is in a group twice.

    And no customer is in it twice for one session.
    """
    own = (hold.customer_id, hold.wanted.session_id)
    wants: set[object] = {*hold.wanted.seat_ids, own}
    if hold.key is not None:
        wants.add((hold.customer_id, hold.key))
    return GroupedCall(hold.reservation_id, columns(hold, origin), frozenset(wants))


def grouped_cancel(
    reservation_id: UUID, customer_id: UUID, origin: Origin
) -> GroupedCall:
    """No reservation is in a group twice."""
    request_id, trace_parent = origin
    columns = {
        "id": str(reservation_id),
        "customer_id": str(customer_id),
        "request_id": request_id,
        "trace_parent": trace_parent,
    }
    return GroupedCall(reservation_id, columns, frozenset([reservation_id]))


def columns(hold: Hold, origin: Origin) -> dict[str, Any]:
    """What the statement takes of a hold."""
    key, expected = hold.key, hold.wanted.expected
    request_id, trace_parent = origin
    return {
        "id": str(hold.reservation_id),
        "session_id": str(hold.wanted.session_id),
        "customer_id": str(hold.customer_id),
        "seat_ids": [str(seat_id) for seat_id in hold.wanted.seat_ids],
        "type_ids": [type_id and str(type_id) for type_id in hold.wanted.type_ids],
        "seconds": hold.period.total_seconds(),
        "seats_per_customer": hold.seats_per_customer,
        "operation": key and key.operation,
        "key": key and key.key,
        "input_hash": key and key.input_hash.hex(),
        "starts_at": expected.starts_at and expected.starts_at.isoformat(),
        "amount_minor": expected.total and expected.total.amount_minor,
        "total_currency": expected.total and expected.total.currency,
        "request_id": request_id,
        "trace_parent": trace_parent,
    }

"""Rows of the statements that decide -> verdicts. What was changed is counted here."""

from uuid import UUID

import asyncpg

from domain.money import Money
from domain.ports import HoldVerdict
from domain.reservation import Extended, ExtendVerdict, ReservationStatus
from persistence.catalog_rows import session_of
from persistence.codec import reservation_from_json, seat_from_json
from telemetry import sale_metrics


def hold_verdict(row: asyncpg.Record, *, is_found: bool) -> HoldVerdict:
    if row["held"]:
        sale_metrics.HOLDS.inc()
    return HoldVerdict(
        reservation=row["held"] and reservation_from_json(row["held"]),
        session=session_of(row) if is_found else None,
        closed=bool(row["closed"]),
        total=None if row["total"] is None else Money(row["total"], row["currency"]),
        exhausted=bool(row["exhausted"]),
        taken=tuple(seat_from_json(seat) for seat in row["taken"] or ()),
        over_limit=row["over_limit"] is not None,
        expired=tuple(map(UUID, (row["expired"] or []) + (row["over_limit"] or []))),
    )


def extend_verdict(row: asyncpg.Record | None) -> ExtendVerdict:
    if row is None:
        return ExtendVerdict(extended=None, status=None)
    status = ReservationStatus(row["status"])
    if row["extended"] is None:
        return ExtendVerdict(extended=None, status=status)
    sale_metrics.EXTENSIONS.inc()
    reservation = reservation_from_json(row["extended"])
    extended = Extended(
        reservation=reservation,
        starts_at=row["starts_at"],
        held_for=reservation.expires_at - row["now"],
        on_sale_for=row["sales_end_at"] - row["now"],
    )
    return ExtendVerdict(extended=extended, status=status)

"""What the lists of a customer's own reservations and payments share."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Subquery, select

from persistence.key_value.own_writes import OwnWrites


def in_status(own: Subquery, status: StrEnum | None) -> Select[Any]:
    """Only the rows that have this status as of now."""
    rows = select(own)
    return rows if status is None else rows.where(own.c.status_now == status)


async def since(own_writes: OwnWrites | None, customer_id: UUID) -> int | None:
    """For lists only: reads by id, and so subscriptions, go to the primary."""
    return await own_writes.since(customer_id) if own_writes else None

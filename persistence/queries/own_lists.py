"""What a customer's lists of their own have in common."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Subquery, select

from persistence.key_value.own_writes import OwnWrites


def in_status(own: Subquery, status: StrEnum | None) -> Select[Any]:
    """By the status that is shown: their time considered."""
    rows = select(own)
    return rows if status is None else rows.where(own.c.status_now == status)


async def since(own_writes: OwnWrites | None, customer_id: UUID) -> int | None:
    """Of lists. By id all is read from the primary: subscriptions do so, too."""
    return await own_writes.since(customer_id) if own_writes else None

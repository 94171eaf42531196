"""Refuses who asks too often, and says when to come back."""

from uuid import UUID

from persistence.key_value.rate_limits import RateLimitedError
from resolvers.context import Info
from resolvers.faults import rate_limited


async def check_rate(info: Info, account: str | None) -> None:
    """For the field that is asked, before any work; None is no account at all."""
    context = info.context
    try:
        await context.services.rate_limits.check(
            info.field_name, context.address, account
        )
    except RateLimitedError as refused:
        raise rate_limited(refused.retry_after) from refused


def check_reserving_rate(info: Info, customer_id: UUID) -> None:
    try:
        info.context.services.rate_limits.check_reserving(customer_id)
    except RateLimitedError as refused:
        raise rate_limited(refused.retry_after) from refused

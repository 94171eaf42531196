"""Rate limits: refuses with RATE_LIMITED and the time to wait."""

from uuid import UUID

from persistence.key_value.rate_limits import RateLimitedError
from resolvers.context import Info
from resolvers.faults import rate_limited


async def check_rate(info: Info, account: str | None) -> None:
    """Call it before any other work. `account` is None if no account is concerned."""
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

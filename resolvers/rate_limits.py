"""Rate limits: refuses with RATE_LIMITED and the time to wait."""

from uuid import UUID

from domain.account import Doubt
from domain.email_addresses import EmailAddress
from persistence.key_value.rate_limits import RateLimitedError
from resolvers.context import Context, Info
from resolvers.faults import rate_limited


async def check_rate(info: Info, account: str | None) -> None:
    """Call it before any other work. `account` is None if the call is about none."""
    context = info.context
    try:
        await context.services.rate_limits.check(
            info.field_name, context.address, account
        )
    except RateLimitedError as refused:
        raise rate_limited(refused.retry_after) from refused


async def check_attempt(info: Info, email: EmailAddress | None) -> Doubt:
    """Call it before a password is compared. It may take some seconds."""
    context, what = info.context, info.field_name
    limits = context.services.rate_limits
    account = (email.key or email.text) if email else None
    try:
        slowdown = await limits.check_attempt(what, context.address, account)
        if slowdown is None or await _is_known(context, email):
            return Doubt.NONE
        await limits.slow_down(what, slowdown)
    except RateLimitedError as refused:
        raise rate_limited(refused.retry_after) from refused
    return Doubt.TRIED_BEFORE if slowdown.repeated else Doubt.FIRST_TRY


async def _is_known(context: Context, email: EmailAddress | None) -> bool:
    """Whether the account has signed in from the caller's network."""
    network = context.network
    if email is None or network is None:
        return False
    return await context.services.accounts.knows_network(email, network)


def check_reserving_rate(info: Info, customer_id: UUID) -> None:
    try:
        info.context.services.rate_limits.check_reserving(customer_id)
    except RateLimitedError as refused:
        raise rate_limited(refused.retry_after) from refused

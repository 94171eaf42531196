"""Builds what signs people in, and limits how often."""

from redis.asyncio import Redis

from app.settings import Settings
from auth.providers.services import SignInServices
from domain.accounts import AccountService
from domain.identities import IdentityService
from persistence.key_value.rate_limits import RateLimits
from persistence.key_value.sign_in_codes import RedisSignInCodes
from persistence.people.identities import PostgresIdentities
from persistence.postgres.pool import Pool


def sign_in_services(
    settings: Settings, pool: Pool, redis: "Redis", accounts: AccountService
) -> SignInServices:
    return SignInServices(
        identities=IdentityService(
            PostgresIdentities(pool),
            RedisSignInCodes(redis),
            accounts,
        ),
        rate_limits=RateLimits(
            redis,
            address=settings.rate_limit_address,
            account=settings.rate_limit_account,
            account_total=settings.rate_limit_account_total,
            slowdown_seconds=settings.sign_in_slowdown_seconds,
            reserve=settings.rate_limit_reserve,
        ),
    )

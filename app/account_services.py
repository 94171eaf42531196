"""Builds the services of accounts."""

from dataclasses import dataclass
from datetime import timedelta

from redis.asyncio import Redis

from app.settings import Settings
from app.sign_in import sign_in_services
from auth.passwords import Argon2Passwords
from auth.providers.services import SignInServices
from auth.tokens import TokenIssuer
from domain.accounts import AccountService
from domain.addresses import AddressService
from domain.password_changes import PasswordService
from domain.profiles import ProfileService
from persistence.people.accounts import PostgresAccounts
from persistence.people.addresses import PostgresAddresses
from persistence.people.devices import PostgresDevices
from persistence.people.password_changes import PostgresPasswordChanges
from persistence.people.profiles import PostgresProfiles
from persistence.postgres.pool import Pool


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountServices:
    accounts: AccountService
    addresses: AddressService
    passwords: PasswordService
    profiles: ProfileService
    devices: PostgresDevices
    sign_in: SignInServices


def account_services(
    settings: Settings,
    pool: Pool,
    redis: "Redis",
    passwords: Argon2Passwords,
    tokens: TokenIssuer,
) -> AccountServices:
    accounts = AccountService(
        PostgresAccounts(pool),
        passwords,
        tokens,
        race_period=timedelta(seconds=settings.refresh_race_seconds),
    )
    return AccountServices(
        accounts=accounts,
        addresses=AddressService(PostgresAddresses(pool)),
        passwords=PasswordService(PostgresPasswordChanges(pool), passwords, accounts),
        profiles=ProfileService(PostgresProfiles(pool), passwords),
        devices=PostgresDevices(pool),
        sign_in=sign_in_services(settings, pool, redis, accounts),
    )

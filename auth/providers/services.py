"""The services that sign-in through identity providers uses."""

from dataclasses import dataclass

from domain.identities import IdentityService
from persistence.key_value.rate_limits import RateLimits


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInServices:
    identities: IdentityService
    rate_limits: RateLimits

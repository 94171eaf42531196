"""Settings of payments, from the environment."""

import logging
from datetime import timedelta
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, field_validator, model_validator
from pydantic_settings import NoDecode

from runtime.environment import EnvironmentSettings

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
TEST_KEYS = ("sk_test_", "rk_test_")
LIVE_KEYS = ("sk_live_", "rk_live_")

logger = logging.getLogger(__name__)


def _service(url: str) -> str:
    parts = urlsplit(url)
    safe = parts.scheme == "https" or (
        parts.scheme == "http" and parts.hostname in LOOPBACK
    )
    if not safe or not parts.hostname or parts.path.strip("/") or "?" in url:
        raise ValueError("it has to be https://host, or http on this machine")
    return url.rstrip("/")


def _api_key(key: SecretStr) -> SecretStr:
    if not key.get_secret_value().startswith(TEST_KEYS + LIVE_KEYS):
        raise ValueError("it begins with sk_test_, rk_test_, sk_live_ or rk_live_")
    return key


class PaymentSettings(EnvironmentSettings):
    # approve: customers say that they have paid. sandbox: Stripe's API, by a server of
    # our own.
    payment_provider: Literal["approve", "stripe", "sandbox"] = "approve"
    stripe_api_url: Annotated[str, AfterValidator(_service)] = "https://api.stripe.com"
    stripe_secret_key: Annotated[SecretStr, AfterValidator(_api_key)] | None = None
    # Of the endpoint of our webhooks, comma separated: two while they are rotated.
    stripe_webhook_secret: Annotated[tuple[SecretStr, ...], NoDecode] = ()
    # hosted: a page of Stripe. embedded: its form in a page of the client.
    stripe_checkout: Literal["hosted", "embedded"] = "hosted"
    # A hold lasts at least so long when a customer begins to pay.
    checkout_seconds: int = Field(default=300, ge=30, le=1_500)

    @field_validator("stripe_webhook_secret", mode="before")
    @classmethod
    def _several_secrets(cls, value: Any) -> Any:
        if isinstance(value, str):
            return tuple(each.strip() for each in value.split(",") if each.strip())
        return value

    @model_validator(mode="after")
    def _has_keys(self) -> Self:
        names = ("stripe_secret_key", "stripe_webhook_secret")
        if self.payment_provider != "approve":
            missing = [name.upper() for name in names if not getattr(self, name)]
            if missing:
                raise ValueError(f"{self.payment_provider} needs {', '.join(missing)}")
        return self

    @property
    def checkout_window(self) -> timedelta:
        return timedelta(seconds=self.checkout_seconds)

    @property
    def takes_live_money(self) -> bool:
        key = self.stripe_secret_key
        return key is not None and key.get_secret_value().startswith(LIVE_KEYS)

"""Settings of a provider for tests, without a server behind them."""

from typing import Any

from pydantic import SecretStr

from providers.settings import PaymentSettings

WEBHOOK_SECRETS = ("whsec_new", "whsec_old")


def payment_settings(url: str = "http://127.0.0.1:1", **others: Any) -> PaymentSettings:
    return PaymentSettings.model_validate(
        {
            "payment_provider": "sandbox",
            "stripe_api_url": url,
            "stripe_secret_key": SecretStr("sk_test_of_tests"),
            "stripe_webhook_secret": ",".join(WEBHOOK_SECRETS),
        }
        | others
    )

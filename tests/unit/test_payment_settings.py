"""A provider is switched on with all that it needs, or the program does not start."""

import pytest

from providers.settings import PaymentSettings
from runtime.errors import CommandError


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in PaymentSettings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    return monkeypatch


@pytest.fixture
def stripe(environment: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    environment.setenv("PAYMENT_PROVIDER", "stripe")
    environment.setenv("STRIPE_SECRET_KEY", "sk_test_secret")
    environment.setenv("STRIPE_WEBHOOK_SECRET", "whsec_new, whsec_old")
    return environment


@pytest.mark.usefixtures("environment")
def test_customers_approve_their_payments_by_default() -> None:
    assert PaymentSettings.load().payment_provider == "approve"


@pytest.mark.usefixtures("stripe")
def test_two_secrets_of_webhooks_are_valid_while_they_are_rotated() -> None:
    settings = PaymentSettings.load()

    secrets = [each.get_secret_value() for each in settings.stripe_webhook_secret]
    assert secrets == ["whsec_new", "whsec_old"]
    assert "whsec" not in repr(settings) and "sk_test" not in repr(settings)


@pytest.mark.parametrize(
    ("key", "is_live"),
    [("sk_test_1", False), ("rk_test_1", False), ("sk_live_1", True)],
)
def test_live_money_is_known_by_its_key(
    stripe: pytest.MonkeyPatch, key: str, is_live: bool
) -> None:
    stripe.setenv("STRIPE_SECRET_KEY", key)

    assert PaymentSettings.load().takes_live_money is is_live


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("STRIPE_SECRET_KEY", "", "stripe needs STRIPE_SECRET_KEY"),
        ("STRIPE_WEBHOOK_SECRET", " , ", "stripe needs STRIPE_WEBHOOK_SECRET"),
        ("STRIPE_SECRET_KEY", "pk_live_public", "STRIPE_SECRET_KEY: it begins with"),
        ("STRIPE_API_URL", "http://api.example", "STRIPE_API_URL: it has to be https"),
        ("STRIPE_API_URL", "https://api.example/v1", "STRIPE_API_URL"),
        ("CHECKOUT_SECONDS", "29", "CHECKOUT_SECONDS"),
        ("CHECKOUT_SECONDS", "1501", "CHECKOUT_SECONDS"),
        ("PAYMENT_PROVIDER", "paypal", "PAYMENT_PROVIDER"),
    ],
)
def test_what_is_missing_or_wrong_is_named_without_its_value(
    stripe: pytest.MonkeyPatch, name: str, value: str, problem: str
) -> None:
    stripe.setenv(name, value)

    with pytest.raises(CommandError) as refused:
        PaymentSettings.load()

    assert problem in str(refused.value)
    assert "secret" not in str(refused.value) and "public" not in str(refused.value)

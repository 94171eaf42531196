"""Amounts as Stripe writes them: in most currencies the minor units of ISO 4217.

https://docs.stripe.com/currencies has the exceptions.
"""

from domain.money import Money
from domain.payment_provider import ProviderRefusedError

# Without decimals in ISO 4217; Stripe writes two, which are 00.
TWO_ZEROS = frozenset({"ISK", "UGX"})
# With decimals in ISO 4217; Stripe writes none.
NO_DECIMALS = frozenset({"MGA"})


def to_stripe(money: Money) -> int:
    """Raises ProviderRefusedError for an amount that it cannot write."""
    if money.currency in TWO_ZEROS:
        return money.amount_minor * 100
    if money.currency in NO_DECIMALS:
        whole, rest = divmod(money.amount_minor, 100)
        if rest:
            raise ProviderRefusedError("invalid_amount")
        return whole
    return money.amount_minor


def from_stripe(amount: int, currency: str) -> Money:
    """`currency` is in lower case there. A part of a unit that we lack is dropped."""
    code = currency.upper()
    if code in TWO_ZEROS:
        return Money(amount // 100, code)
    return Money(amount * 100 if code in NO_DECIMALS else amount, code)

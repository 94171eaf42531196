"""The GraphQL type of amounts of money."""

from typing import Self

import strawberry

from domain import money as domain


@strawberry.type(description="An amount in the currency's minor unit (cents).")
class Money:
    amount_minor: int = strawberry.field(
        description="Amount in minor units, such as cents."
    )
    currency: str = strawberry.field(description="ISO 4217 code, e.g. BRL.")

    @classmethod
    def from_domain(cls, money: domain.Money) -> Self:
        return cls(amount_minor=money.amount_minor, currency=money.currency)


@strawberry.input(description="An amount in the currency's minor unit (cents).")
class MoneyInput:
    amount_minor: int = strawberry.field(description="Amount in minor units.")
    currency: str = strawberry.field(description="ISO 4217 code, e.g. BRL.")

    def to_domain(self) -> domain.Money:
        return domain.Money(self.amount_minor, self.currency)

"""GraphQL enums of attempts to pay, made as those of schema/enums.py are."""

from enum import Enum

import strawberry
from strawberry import enum_value

from domain import attempts


@strawberry.enum(
    description="What the buyer wants if the money comes after the end of the hold."
)
class IfLate(Enum):
    REFUND = enum_value(attempts.IfLate.REFUND, description="The money back.")
    SAME_SEATS = enum_value(
        attempts.IfLate.SAME_SEATS,
        description="The same seats, if all of them are free still; else the money"
        " back.",
    )
    SAME_OR_BETTER_SEATS = enum_value(
        attempts.IfLate.SAME_OR_BETTER_SEATS,
        description="The same seats; else the best free ones of the same price zones,"
        " for the same total; else the money back.",
    )


@strawberry.enum(description="What became of the money of an attempt to pay.")
class PaymentOutcome(Enum):
    SOLD = enum_value(
        attempts.PaymentOutcome.SOLD, description="The seats are sold for it."
    )
    RESEATED = enum_value(
        attempts.PaymentOutcome.RESEATED,
        description="It came late, and other seats are sold for it.",
    )
    REFUNDED = enum_value(
        attempts.PaymentOutcome.REFUNDED,
        description="No seats are sold for it: it goes back.",
    )
    RELEASED = enum_value(
        attempts.PaymentOutcome.RELEASED,
        description="No money was taken: nobody paid, or what was authorised is given"
        " up.",
    )

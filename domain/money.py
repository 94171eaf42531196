"""Amounts of money: whole minor units and a currency, never floats."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Money:
    amount_minor: int
    currency: str  # ISO 4217

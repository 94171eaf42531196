"""Ports: what the resolvers use for types of tickets and prices."""

from collections.abc import Mapping, Sequence
from typing import Protocol
from uuid import UUID

from domain.price_cards import PriceCard
from domain.ticket_prices import TicketPrice, TicketType


class TicketTypeReader(Protocol):
    async def all(self) -> list[TicketType]: ...


class PriceReader(Protocol):
    async def cards(
        self, cinema_ids: Sequence[UUID]
    ) -> Mapping[UUID, list[PriceCard]]: ...

    async def of_sessions(
        self, session_ids: Sequence[UUID]
    ) -> Mapping[UUID, list[TicketPrice]]: ...

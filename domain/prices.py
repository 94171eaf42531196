"""Changes of ticket types and price cards, which managers make."""

from typing import Protocol
from uuid import UUID

from domain.catalog import CatalogCache
from domain.price_cards import CardFacts
from domain.ticket_prices import TicketType, TicketTypeFacts
from domain.ticket_types import validated_type


class Prices(Protocol):
    """The stored types and cards. Each call is one transaction."""

    async def save_ticket_type(
        self, type_id: UUID | None, facts: TicketTypeFacts
    ) -> TicketType:
        """None: a new one. Raises NotFoundError and InvalidInputError."""

    async def save_card(
        self,
        cinema_id: UUID,
        card_id: UUID | None,
        facts: CardFacts,
        expected_version: int | None,
    ) -> UUID:
        """Its id. None: a new card.

        Raises NotFoundError, OutdatedError and InvalidInputError.
        """


class PriceService:
    """Checks all of the input: InvalidInputError names each wrong field."""

    def __init__(self, prices: Prices, cache: CatalogCache) -> None:
        self._prices = prices
        self._cache = cache

    async def save_ticket_type(
        self, type_id: UUID | None, facts: TicketTypeFacts
    ) -> TicketType:
        saved = await self._prices.save_ticket_type(type_id, validated_type(facts))
        await self._cache.drop()
        return saved

    async def save_card(
        self,
        cinema_id: UUID,
        card_id: UUID | None,
        facts: CardFacts,
        expected_version: int | None = None,
    ) -> UUID:
        """The id of the card."""
        saved = await self._prices.save_card(
            cinema_id, card_id, facts.validated(), expected_version
        )
        await self._cache.drop()
        return saved

"""Changes of ticket types and price cards: each method is one transaction."""

from uuid import UUID

from domain.errors import (
    InvalidInputError,
    NotFoundError,
    check_version,
    raise_if_any,
)
from domain.price_cards import CardFacts
from domain.ticket_prices import TicketType, TicketTypeFacts
from persistence.catalog import price_sql as sql
from persistence.catalog import session_price_sql
from persistence.catalog.card_prices import price_columns, wrong_for_cinema
from persistence.catalog_rows import ticket_type_of
from persistence.postgres.pool import Connection, Pool


class PostgresPrices:
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def save_ticket_type(
        self, type_id: UUID | None, facts: TicketTypeFacts
    ) -> TicketType:
        async with self._pool.acquire() as db, db.transaction():
            await db.execute(sql.LOCK_TICKET_TYPES)
            types = {
                row["id"]: ticket_type_of(row)
                for row in await db.fetch(sql.TICKET_TYPES)
            }
            before = types.pop(type_id, None) if type_id else None
            if type_id and before is None:
                raise NotFoundError
            was_default = before is not None and before.is_default
            wrong = []
            if any(other.name == facts.name for other in types.values()):
                wrong.append(InvalidInputError("name", rule="name_taken"))
            if was_default and not facts.is_default:
                wrong.append(InvalidInputError("isDefault", rule="default_type_needed"))
            if facts.is_default and not was_default:
                wrong += await _make_room(db)
            raise_if_any(wrong)
            values = (
                facts.name,
                facts.is_default,
                facts.proof_required,
                facts.description,
                facts.quota_percent,
            )
            [row] = await (
                db.fetch(sql.CHANGE_TICKET_TYPE, *values, type_id)
                if type_id
                else db.fetch(sql.ADD_TICKET_TYPE, *values)
            )
            return ticket_type_of(row)

    async def save_card(
        self,
        cinema_id: UUID,
        card_id: UUID | None,
        facts: CardFacts,
        expected_version: int | None,
    ) -> UUID:
        async with self._pool.acquire() as db, db.transaction():
            currency = await db.fetchval(sql.LOCK_CINEMA, cinema_id)
            cards = {row["id"]: row for row in await db.fetch(sql.CARDS, cinema_id)}
            before = cards.pop(card_id, None) if card_id else None
            if currency is None or (card_id and before is None):
                raise NotFoundError
            if before:
                check_version(before["version"], expected_version)
            wrong = await wrong_for_cinema(db, cinema_id, currency, facts.prices)
            if facts.name in {row["name"] for row in cards.values()}:
                wrong.insert(0, InvalidInputError("name", rule="name_taken"))
            raise_if_any(wrong)
            if before is None:
                saved: UUID = await db.fetchval(sql.ADD_CARD, cinema_id, facts.name)
            else:
                saved = before["id"]
                if await _is_unchanged(db, before["name"], saved, facts):
                    return saved
                await db.execute(sql.CHANGE_CARD, saved, facts.name)
                await db.execute(sql.CLEAR_CARD, saved)
            await db.execute(sql.FILL_CARD, saved, *price_columns(facts.prices))
            return saved


async def _make_room(db: Connection) -> list[InvalidInputError]:
    """For another default type. If that is wrong, the caller has to roll back.

    The default type goes first: that waits for sessions that are being given prices,
    and the check has to see them.
    """
    type_id = await db.fetchval(sql.NO_DEFAULT)
    if await db.fetchval(session_price_sql.SESSIONS_WITH_PRICES):
        return [InvalidInputError("isDefault", rule="default_type_sold")]
    await db.execute(session_price_sql.KEEP_TYPE_OF_OLD_CLAIMS, type_id)
    return []


async def _is_unchanged(
    db: Connection, name: str, card_id: UUID, facts: CardFacts
) -> bool:
    stored = {tuple(row) for row in await db.fetch(sql.CARD_PRICES, card_id)}
    return name == facts.name and stored == {
        *zip(*price_columns(facts.prices), strict=True)
    }

"""Changes of ticket types: each method is one transaction."""

from uuid import UUID

from domain.errors import InvalidInputError, NotFoundError, raise_if_any
from domain.ticket_types import TicketType, TicketTypeFacts
from persistence.catalog import price_sql as sql
from persistence.catalog_rows import ticket_type_of
from persistence.postgres.pool import Pool


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
            wrong = []
            if any(other.name == facts.name for other in types.values()):
                wrong.append(InvalidInputError("name", rule="name_taken"))
            if before and before.is_default and not facts.is_default:
                wrong.append(InvalidInputError("isDefault", rule="default_type_needed"))
            raise_if_any(wrong)
            if facts.is_default:
                await db.execute(sql.NO_DEFAULT)
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

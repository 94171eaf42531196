"""A build of the product with its guards off, to see that the checker notices.

As in the race tests: the guard of the hold, the index behind it, the seat locks that
would hide that both are missing. `python -m tests.cluster.unguarded COMMAND`.
"""

import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from uuid import UUID

import asyncpg

from app.commands.arguments import main
from persistence.key_value.seat_locks import LocalLease, RedlockSeatLocks
from persistence.sales import ledger_sql

DROP_INDEX = "DROP INDEX IF EXISTS uq_claims_one_open"


@asynccontextmanager
async def _no_lock(
    _self: RedlockSeatLocks, _seat_ids: Sequence[UUID]
) -> AsyncIterator[LocalLease]:
    yield LocalLease()


async def take_the_index_away(database_url: str) -> None:
    db = await asyncpg.connect(database_url)
    await db.execute(DROP_INDEX)
    await db.close()


if __name__ == "__main__":
    ledger_sql.HOLD = ledger_sql.HOLD.replace(ledger_sql.SEAT_IS_FREE, "TRUE")
    RedlockSeatLocks.guard = _no_lock  # type: ignore[method-assign,assignment] # the point
    sys.exit(main(sys.argv[1:]))

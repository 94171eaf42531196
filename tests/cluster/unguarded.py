"""The program without its guards: `python -m tests.cluster.unguarded COMMAND`.

The judge has to notice. As in the race tests, it lacks the guard of the hold, the index
behind it, and the seat locks, which would hide that both are missing.
"""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from app.commands.arguments import main
from domain.ports import Wanted
from persistence.key_value.local_leases import LocalLease
from persistence.key_value.seat_locks import RedlockSeatLocks
from persistence.sales import hold_sql, ticket_hold_sql
from runtime.turns import Turns

DROP_INDEX = "DROP INDEX IF EXISTS uq_claims_one_open"
# Both modules are imported with their guards: one makes its statements of the other's.
STATEMENTS = (
    (hold_sql, ("HOLD", "HOLD_GROUP", "HOLD_FIRST")),
    (ticket_hold_sql, ("HOLD_TICKETS", "HOLD_FIRST_TICKETS")),
)


@asynccontextmanager
async def _no_lock(
    _self: RedlockSeatLocks, wanted: Wanted
) -> AsyncIterator[LocalLease]:
    yield LocalLease(wanted, Turns())


async def drop_index(database_url: str) -> None:
    db = await asyncpg.connect(database_url)
    await db.execute(DROP_INDEX)
    await db.close()


if __name__ == "__main__":
    for module, names in STATEMENTS:
        for name in names:
            unguarded = getattr(module, name).replace(hold_sql.SEAT_IS_FREE, "TRUE")
            setattr(module, name, unguarded)
    RedlockSeatLocks.guard = _no_lock  # type: ignore[method-assign,assignment] # on purpose
    sys.exit(main(sys.argv[1:]))

"""The devices of an account: the families of its refresh tokens."""

from uuid import UUID

from domain.account import Device
from domain.accounts import REFRESH_PERIOD
from persistence.people.password_changes import LOCK
from persistence.postgres.pool import Pool

# A token is valid for REFRESH_PERIOD, so its end shows when it was made.
OF_ACCOUNT = """
SELECT family_id,
       coalesce(min(signed_in_at), min(expires_at) - $2::interval) AS signed_in_at,
       max(expires_at) - $2::interval AS last_used_at,
       coalesce(max(device_name), '') AS name
FROM refresh_tokens WHERE account_id = $1
GROUP BY family_id
HAVING bool_or(used_at IS NULL AND expires_at > clock_timestamp())
ORDER BY last_used_at DESC, family_id
LIMIT $3
"""
MAX_DEVICES = 100

IS_SIGNED_IN = """
SELECT EXISTS (SELECT FROM refresh_tokens WHERE account_id = $1 AND family_id = $2)
"""

END = "DELETE FROM refresh_tokens WHERE account_id = $1 AND family_id = $2"


class PostgresDevices:
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def of_account(self, account_id: UUID) -> list[Device]:
        """The one that was used last comes first."""
        rows = await self._pool.fetch(
            OF_ACCOUNT, account_id, REFRESH_PERIOD, MAX_DEVICES
        )
        return [Device(**row) for row in rows]

    async def is_signed_in(self, account_id: UUID, family_id: UUID) -> bool:
        signed_in: bool = await self._pool.fetchval(IS_SIGNED_IN, account_id, family_id)
        return signed_in

    async def end(self, account_id: UUID, family_id: UUID) -> None:
        """After the lock, so that a successor that is just made is deleted, too."""
        async with self._pool.acquire() as db, db.transaction():
            await db.execute(LOCK, account_id)
            await db.execute(END, account_id, family_id)

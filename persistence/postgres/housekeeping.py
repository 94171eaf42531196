"""Deletes expired idempotency keys and refresh tokens: tables must not only grow."""

from persistence.postgres.pool import Pool

# In small batches: one long statement would block others.
BATCH = 5_000

# Clients retry within minutes. A week also covers a client that was switched off.
OLD_KEYS = """
DELETE FROM idempotency_keys WHERE ctid = ANY(ARRAY(
    SELECT ctid FROM idempotency_keys
    WHERE created_at < clock_timestamp() - interval '7 days' LIMIT $1))
"""
# SKIP LOCKED, since a family that is deleted at the same moment could deadlock with us.
OLD_TOKENS = """
DELETE FROM refresh_tokens WHERE ctid = ANY(ARRAY(
    SELECT ctid FROM refresh_tokens WHERE expires_at < clock_timestamp() LIMIT $1
    FOR UPDATE SKIP LOCKED))
"""


async def delete_old_rows(pool: Pool) -> int:
    """Returns the number of deleted rows. Any number of workers may run at once."""
    total = 0
    for statement in (OLD_KEYS, OLD_TOKENS):
        while deleted := int((await pool.execute(statement, BATCH)).split()[-1]):
            total += deleted
    return total

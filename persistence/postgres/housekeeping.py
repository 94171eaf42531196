"""What nobody can ask for any more is deleted, so that tables do not grow for ever."""

from persistence.postgres.pool import Pool

# In small bites: a long statement would stand in others' way.
BITE = 5_000

# A client asks again within minutes; a week also covers one that was switched off.
OLD_KEYS = """
DELETE FROM idempotency_keys WHERE ctid = ANY(ARRAY(
    SELECT ctid FROM idempotency_keys
    WHERE created_at < clock_timestamp() - interval '7 days' LIMIT $1))
"""
# Past those of a family that ends at this moment: each would wait for the other.
OLD_TOKENS = """
DELETE FROM refresh_tokens WHERE ctid = ANY(ARRAY(
    SELECT ctid FROM refresh_tokens WHERE expires_at < clock_timestamp() LIMIT $1
    FOR UPDATE SKIP LOCKED))
"""


async def delete_old_rows(pool: Pool) -> int:
    """Returns how many rows went. Any number of workers may do it at once."""
    gone = 0
    for statement in (OLD_KEYS, OLD_TOKENS):
        while deleted := int((await pool.execute(statement, BITE)).split()[-1]):
            gone += deleted
    return gone

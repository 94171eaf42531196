"""Deletes old keys, tokens and events of providers: tables must not only grow."""

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

# See KNOWN_NETWORK_PERIOD.
OLD_NETWORKS = """
DELETE FROM sign_in_networks WHERE ctid = ANY(ARRAY(
    SELECT ctid FROM sign_in_networks
    WHERE seen_at < clock_timestamp() - interval '30 days' LIMIT $1
    FOR UPDATE SKIP LOCKED))
"""
OLD_ACCOUNT_TOKENS = """
DELETE FROM account_tokens WHERE ctid = ANY(ARRAY(
    SELECT ctid FROM account_tokens WHERE expires_at < clock_timestamp() LIMIT $1
    FOR UPDATE SKIP LOCKED))
"""
OLD_OFFERS = """
DELETE FROM ticket_offers WHERE ctid = ANY(ARRAY(
    SELECT ctid FROM ticket_offers WHERE expires_at < clock_timestamp() LIMIT $1
    FOR UPDATE SKIP LOCKED))
"""
OLD_ADDRESS_CHANGES = """
DELETE FROM address_changes WHERE ctid = ANY(ARRAY(
    SELECT ctid FROM address_changes
    WHERE requested_at < clock_timestamp() - interval '30 days' LIMIT $1
    FOR UPDATE SKIP LOCKED))
"""
# Longer than a mail waits, and than a person looks at what has failed.
NOTICES_KEPT = "14 days"
OLD_NOTICES = f"""
DELETE FROM notices WHERE ctid = ANY(ARRAY(
    SELECT ctid FROM notices
    WHERE created_at < clock_timestamp() - interval '{NOTICES_KEPT}'
      AND due_at IS NULL
    LIMIT $1 FOR UPDATE SKIP LOCKED))
"""  # noqa: S608 # constants
# They are useless after some seconds, and should not get into a backup.
OLD_SUCCESSORS = """
UPDATE refresh_tokens SET successor = NULL WHERE ctid = ANY(ARRAY(
    SELECT ctid FROM refresh_tokens
    WHERE successor IS NOT NULL AND used_at < clock_timestamp() - interval '1 minute'
    LIMIT $1 FOR UPDATE SKIP LOCKED))
"""

# Providers send an event again for some days.
OLD_EVENTS = """
DELETE FROM provider_events WHERE ctid = ANY(ARRAY(
    SELECT ctid FROM provider_events
    WHERE received_at < clock_timestamp() - interval '30 days' LIMIT $1))
"""

OLD_ROWS = (
    OLD_KEYS,
    OLD_TOKENS,
    OLD_NETWORKS,
    OLD_EVENTS,
    OLD_ACCOUNT_TOKENS,
    OLD_NOTICES,
    OLD_ADDRESS_CHANGES,
    OLD_OFFERS,
)


async def delete_old_rows(pool: Pool) -> int:
    """Returns the number of deleted rows. Any number of workers may run at once."""
    await _in_batches(pool, OLD_SUCCESSORS)
    return sum([await _in_batches(pool, each) for each in OLD_ROWS])


async def _in_batches(pool: Pool, statement: str) -> int:
    total = 0
    while changed := int((await pool.execute(statement, BATCH)).split()[-1]):
        total += changed
    return total

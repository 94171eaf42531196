"""Old rows are deleted, and rows that may still be needed stay."""

from uuid import uuid4

from persistence.postgres.housekeeping import delete_old_rows
from persistence.postgres.pool import Pool
from tests.support.cinema import Cinema


async def test_old_keys_and_tokens_are_deleted_and_others_stay(
    scratch_pool: Pool,
) -> None:
    [ana] = await Cinema(scratch_pool).customers(1)
    for key, age in (("old", "8 days"), ("new", "6 days")):
        await scratch_pool.execute(
            "INSERT INTO idempotency_keys (account_id, operation, key, input_hash,"
            " result_id, created_at) VALUES ($1, 'reserveSeats', $2, '', $3,"
            " clock_timestamp() - $4::text::interval)",
            ana,
            key,
            uuid4(),
            age,
        )
    for token, left in ((b"old", "-1 second"), (b"new", "1 hour")):
        await scratch_pool.execute(
            "INSERT INTO refresh_tokens (token_hash, family_id, account_id, expires_at)"
            " VALUES ($1, $2, $3, clock_timestamp() + $4::text::interval)",
            token,
            uuid4(),
            ana,
            left,
        )

    assert await delete_old_rows(scratch_pool) == 2

    keys = await scratch_pool.fetch("SELECT key FROM idempotency_keys")
    tokens = await scratch_pool.fetch("SELECT token_hash FROM refresh_tokens")
    assert [row["key"] for row in keys] == ["new"]
    assert [row["token_hash"] for row in tokens] == [b"new"]
    assert await delete_old_rows(scratch_pool) == 0


async def test_old_events_of_a_provider_are_deleted(scratch_pool: Pool) -> None:
    for event, age in (("old", "31 days"), ("new", "29 days")):
        await scratch_pool.execute(
            "INSERT INTO provider_events (provider, event_id, type, received_at)"
            " VALUES ('stripe', $1, 'any', clock_timestamp() - $2::text::interval)",
            event,
            age,
        )

    assert await delete_old_rows(scratch_pool) == 1

    events = await scratch_pool.fetch("SELECT event_id FROM provider_events")
    assert [row["event_id"] for row in events] == ["new"]

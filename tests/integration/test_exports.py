"""The export has all rows that lead to an account, and no other."""

import json
import tracemalloc
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from domain.people import Viewer
from persistence.people import export
from persistence.people.export import CONDITIONS, DONE_BY, SHARED
from persistence.people.profiles import PostgresProfiles
from persistence.postgres.pool import Pool
from persistence.tables import metadata
from tests.support.account_client import Post, signed_up
from tests.support.cinema import Cinema
from tests.support.door import check_in_service, scan_of
from tests.support.refunds import sell, ticket_ids
from tests.support.schema_client import SchemaClient

# A table that is missing here is new: look whether its rows are about a person, and
# what eraseAccount has to do with them (persistence/people/profiles.py).
EXPORTED = {
    *("accounts", "account_tokens", "address_changes", "identities", "memberships"),
    *("refresh_tokens", "sign_in_networks", "idempotency_keys"),
    *("reservations", "claims", "payments", "refunds", "ticket_offers"),
    *("payment_attempts", "payment_effects", "provider_events"),
}
# Columns with ids of people that are no foreign keys.
NO_PERSON = {("relay_lease", "holder")}
# Old rows of this one are deleted.
NO_INDEX = {"provider_events"}
WORDS = ("account", "customer", "email", "_by", "holder", "person", "user", "owner")
EXPORT = "{ exportViewer }"


async def exported(client: SchemaClient, who: Viewer) -> dict[str, Any]:
    answer = await client.ask(EXPORT, who)
    assert answer.errors is None and answer.data
    found: dict[str, Any] = json.loads(answer.data["exportViewer"])
    return found


def test_each_table_with_rows_of_a_person_is_exported() -> None:
    assert CONDITIONS.keys() == EXPORTED
    for table in metadata.tables.values():
        for key in table.foreign_keys:
            if key.column.table.name == "accounts":
                known = (table.name, key.parent.name) in DONE_BY
                assert known or table.name in EXPORTED, key
            if key.column.table.name == "reservations":
                assert table.name in EXPORTED | SHARED, key


def test_no_column_names_a_person_without_a_foreign_key() -> None:
    hidden = {
        (table.name, column.name)
        for table in metadata.tables.values()
        for column in table.columns
        if table.name not in EXPORTED
        and any(word in column.name for word in WORDS)
        and not column.foreign_keys
    }

    assert hidden == NO_PERSON


async def test_an_export_is_bounded_and_says_what_it_leaves_out(
    account_client: SchemaClient, scratch_pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "MOST_ROWS", 2)
    ana = await signed_up(account_client)
    show = await Cinema(scratch_pool).open_session()
    sold = [await sell(scratch_pool, show, ana.id, seat) for seat in range(5)]

    rows = await exported(account_client, ana)

    newest = [str(each.id) for each in sorted(sold, key=lambda each: each.id)[-2:]]
    assert sorted(row["id"] for row in rows["reservations"]) == newest
    assert rows["rows_left_out"] == {"claims": 3, "payments": 3, "reservations": 3}


async def test_the_viewer_gets_their_rows_and_those_of_nobody_else(
    account_client: SchemaClient, post: Post, scratch_pool: Pool
) -> None:
    ana = await signed_up(account_client)
    bia = await signed_up(account_client, "bia")
    await post.mails()
    show = await Cinema(scratch_pool).open_session()
    of_ana = await sell(scratch_pool, show, ana.id, 0, 1)
    await sell(scratch_pool, show, bia.id, 2)

    rows = await exported(account_client, ana)

    assert rows.keys() == EXPORTED | {".".join(each) for each in DONE_BY}
    [account] = rows["accounts"]
    assert (account["id"], account["email"]) == (str(ana.id), "ana@cinema.example")
    assert [row["id"] for row in rows["reservations"]] == [str(of_ana.id)]
    assert len(rows["claims"]) == 2
    assert [row["amount_minor"] for row in rows["payments"]] == [5000]
    assert len(rows["refresh_tokens"]) == len(rows["account_tokens"]) == 1
    text = json.dumps(rows)
    assert "bia@" not in text
    assert "hash" not in text
    assert str(bia.id) not in text


async def test_a_manager_gets_no_rows_of_customers(
    account_client: SchemaClient, scratch_pool: Pool
) -> None:
    rita = await signed_up(account_client, "rita")
    show = await Cinema(scratch_pool).open_session()
    await scratch_pool.execute(
        "INSERT INTO seat_blocks (session_seat_id, reason, blocked_by)"
        " VALUES ($1, 'about somebody else', $2)",
        show.seat_ids[0],
        rita.id,
    )

    rows = await exported(account_client, rita)

    assert rows["seat_blocks.blocked_by"] == [str(show.seat_ids[0])]
    assert "somebody else" not in json.dumps(rows)


async def test_a_customer_gets_no_id_of_the_staff(
    account_client: SchemaClient, scratch_pool: Pool
) -> None:
    ana = await signed_up(account_client)
    rita = await signed_up(account_client, "rita")
    show = await Cinema(scratch_pool).open_session()
    sold = await sell(scratch_pool, show, ana.id, 0)
    await scratch_pool.execute(
        "INSERT INTO refunds (payment_id, amount_minor, currency, status, reason,"
        " requested_by) SELECT id, 1, currency, 'SUCCEEDED', 'x', $2 FROM payments"
        " WHERE reservation_id = $1",
        sold.id,
        rita.id,
    )
    [ticket] = await ticket_ids(scratch_pool, sold.id)
    scan = replace(scan_of(ticket), scanned_by=rita.id)
    await check_in_service(scratch_pool, timedelta(days=4)).check_in(scan)

    of_ana = await exported(account_client, ana)

    assert len(of_ana["refunds"]) == 1
    assert of_ana["claims"][0]["used_at"]
    assert str(rita.id) not in json.dumps(of_ana)
    of_rita = await exported(account_client, rita)
    assert len(of_rita["refunds.requested_by"]) == 1


async def test_rows_are_found_by_indexes(scratch_pool: Pool) -> None:
    """Customers export when they like, and these tables have millions of rows."""
    read_whole = set()
    async with scratch_pool.acquire() as db, db.transaction():
        await db.execute("SET LOCAL enable_seqscan = off")
        for table, condition in CONDITIONS.items():
            statement = f"EXPLAIN SELECT FROM {table} WHERE {condition}"
            plan = await db.fetch(statement, uuid4())
            if any("Seq Scan" in row[0] for row in plan):
                read_whole.add(table)

    assert read_whole == NO_INDEX


async def test_a_long_export_costs_little_more_than_its_text(
    account_client: SchemaClient, scratch_pool: Pool
) -> None:
    """All share one event loop."""
    ana = await signed_up(account_client)
    await scratch_pool.execute(
        "INSERT INTO sign_in_networks (account_id, network_hash)"
        " SELECT $1, uuid_send(gen_random_uuid()) FROM generate_series(1, 10000)",
        ana.id,
    )

    tracemalloc.start()
    text = await PostgresProfiles(scratch_pool).export(ana.id)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert text
    assert len(json.loads(text)["sign_in_networks"]) == 10_000
    assert most < 4 * len(text)

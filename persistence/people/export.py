"""All that is stored of a person: the rows that lead to their account, as JSON.

The tables are found by their foreign keys, so a new one is exported without a change
here.
"""

import json
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary, Table

from persistence.postgres.pool import Connection
from persistence.tables import metadata

# They have rows of many people: what is of one person there, claims have.
SHARED = {"session_seats"}
# What members of the staff did concerns other people: only the keys are exported. And
# these people are not shown who did it.
DONE_BY = {("refunds", "requested_by"), ("seat_blocks", "blocked_by")}
# A customer who has passed a ticket on is not shown to whom. Who has it gets its row.
HOLDERS = {"holder_id", "accepted_by"}
SCANNED_BY = "used_scan"  # begins with who stood at the door
HELD = """id IN (SELECT id FROM claims WHERE {}
    UNION ALL SELECT id FROM claims WHERE holder_id = $1)"""
# Hashes and sealed tokens say nothing about a person, and might help a thief.
SECRET = {"password_hash", "client_secret"}

# Of each table the newest rows: an export has to fit into memory, several times. Nobody
# buys so often, but a program may. Operators have the rest.
MOST_ROWS = 10_000

SELECT = """
SELECT coalesce(jsonb_agg(to_jsonb(row) - $2::text[]), '[]')::text
FROM (SELECT * FROM {table} WHERE {condition} ORDER BY {key} DESC LIMIT $3) AS row
"""
SELECT_KEYS = """
SELECT coalesce(jsonb_agg(id), '[]')::text FROM (
    SELECT {key} AS id FROM {table} WHERE {column} = $1 ORDER BY {key} DESC LIMIT $2
) AS row
"""
COUNT = "SELECT count(*) FROM {table} WHERE {condition}"
EXISTS = "SELECT FROM accounts WHERE id = $1 AND erased_at IS NULL"


def hidden_columns(table: Table) -> list[str]:
    return [
        column.name
        for column in table.columns
        if column.name in SECRET | HOLDERS | {SCANNED_BY}
        or (table.name, column.name) in DONE_BY
        or isinstance(column.type, LargeBinary)
    ]


def conditions() -> dict[str, str]:
    """The condition for the rows of the account $1, by table."""
    found = {"accounts": "id = $1"}
    for table in metadata.sorted_tables:  # those that are referred to come first
        keys = [
            key
            for key in table.foreign_keys
            if key.column.table.name in found
            and table.name not in SHARED | found.keys()
            and (table.name, key.parent.name) not in DONE_BY
        ]
        if keys:
            found[str(table.name)] = _ways(keys, found)
    found["claims"] = HELD.format(found["claims"])
    return found


def _ways(keys: Sequence[ForeignKey], found: dict[str, str]) -> str:
    """Postgres reads all rows for two subqueries with OR, so there is one of them.

    All rows lead to the same account by each key, and no row is without this one.
    """
    own = [key for key in keys if key.column.table.name == "accounts"]
    certain = [key for key in keys if not key.parent.nullable]
    certain.sort(key=lambda key: key.parent.name)
    ways = own or certain[:1] or keys
    return " OR ".join(sorted(_leads_to(key, found) for key in ways))


def _leads_to(key: ForeignKey, found: dict[str, str]) -> str:
    table = key.column.table.name
    if table == "accounts":
        return f"{key.parent.name} = $1"
    rows = f"SELECT {key.column.name} FROM {table} WHERE {found[table]}"  # noqa: S608 # names of tables
    return f"{key.parent.name} IN ({rows})"


CONDITIONS = conditions()


async def export(db: Connection, account_id: UUID) -> str | None:
    """As of one moment. None if there is no such account.

    Rows stay text, as Postgres writes it: there may be so many that reading them would
    hold up everybody else. Where there are more than MOST_ROWS, `rows_left_out` says
    of which tables, and how many.
    """
    rows, left_out = {}, {}
    async with db.transaction(isolation="repeatable_read", readonly=True):
        if await db.fetchrow(EXISTS, account_id) is None:
            return None
        for table, condition in CONDITIONS.items():
            key = ", ".join(metadata.tables[table].primary_key.columns.keys())
            rows[table] = await db.fetchval(
                SELECT.format(table=table, condition=condition, key=key),
                account_id,
                hidden_columns(metadata.tables[table]),
                MOST_ROWS,
            )
            there = COUNT.format(table=table, condition=condition)
            left_out[table] = await db.fetchval(there, account_id) - MOST_ROWS
        for table, column in sorted(DONE_BY):
            [own] = metadata.tables[table].primary_key
            statement = SELECT_KEYS.format(key=own.name, table=table, column=column)
            name = f"{table}.{column}"
            rows[name] = await db.fetchval(statement, account_id, MOST_ROWS)
            there = COUNT.format(table=table, condition=f"{column} = $1")
            left_out[name] = await db.fetchval(there, account_id) - MOST_ROWS
    if too_many := {table: count for table, count in left_out.items() if count > 0}:
        rows["rows_left_out"] = json.dumps(too_many)
    tables = ",\n".join(f'"{table}": {found}' for table, found in rows.items())
    return f"{{\n{tables}\n}}"

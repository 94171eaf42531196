"""The state of the sandbox, in one SQLite file: a kill loses nothing."""

import secrets
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Row = sqlite3.Row

# Times are seconds since 1970, of this machine. Amounts are minor units.
TABLES = """
CREATE TABLE IF NOT EXISTS checkouts (
    id TEXT PRIMARY KEY, created REAL NOT NULL, expires_at REAL NOT NULL,
    status TEXT NOT NULL, amount INTEGER NOT NULL, currency TEXT NOT NULL,
    reference TEXT, metadata TEXT NOT NULL, intent_metadata TEXT NOT NULL,
    description TEXT NOT NULL, capture_method TEXT NOT NULL,
    card_capture_method TEXT NOT NULL, ui_mode TEXT NOT NULL, success_url TEXT,
    cancel_url TEXT, client_secret TEXT, email TEXT, locale TEXT, intent_id TEXT
);
CREATE TABLE IF NOT EXISTS intents (
    id TEXT PRIMARY KEY, checkout_id TEXT NOT NULL REFERENCES checkouts,
    created REAL NOT NULL, status TEXT NOT NULL, amount INTEGER NOT NULL,
    currency TEXT NOT NULL, capture_method TEXT NOT NULL, metadata TEXT NOT NULL,
    method TEXT NOT NULL, charge_id TEXT, received INTEGER NOT NULL DEFAULT 0,
    error TEXT, authorised_at REAL, captured_at REAL, canceled_at REAL,
    cancellation_reason TEXT, money_at REAL, money_arrives INTEGER
);
CREATE TABLE IF NOT EXISTS refunds (
    id TEXT PRIMARY KEY, intent_id TEXT NOT NULL REFERENCES intents,
    created REAL NOT NULL, amount INTEGER NOT NULL, currency TEXT NOT NULL,
    status TEXT NOT NULL, reason TEXT, metadata TEXT NOT NULL,
    failure_reason TEXT, settled_at REAL, settles_at REAL, succeeds INTEGER
);
CREATE TABLE IF NOT EXISTS balance (
    id TEXT PRIMARY KEY, created REAL NOT NULL, type TEXT NOT NULL,
    amount INTEGER NOT NULL, fee INTEGER NOT NULL, currency TEXT NOT NULL,
    source TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS answers (
    key TEXT PRIMARY KEY, request TEXT NOT NULL, status INTEGER NOT NULL,
    body TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS events (
    id TEXT PRIMARY KEY, created REAL NOT NULL, type TEXT NOT NULL,
    body TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS deliveries (
    id INTEGER PRIMARY KEY, event_id TEXT NOT NULL REFERENCES events,
    due_at REAL, tries INTEGER NOT NULL DEFAULT 0, answer TEXT
);
CREATE INDEX IF NOT EXISTS deliveries_due ON deliveries (due_at)
    WHERE due_at IS NOT NULL;
CREATE TABLE IF NOT EXISTS faults (
    name TEXT NOT NULL, call TEXT NOT NULL, times INTEGER, delay REAL NOT NULL,
    ends_at REAL, PRIMARY KEY (name, call)
);
"""


class Database:
    """Used by the event loop alone, so that transactions never wait for each other."""

    def __init__(self, file: Path) -> None:
        file.touch(mode=0o600)
        self._connection = sqlite3.connect(file, isolation_level=None)
        self._connection.row_factory = sqlite3.Row
        # In the log a commit outlives the process, not a loss of power.
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.execute("PRAGMA foreign_keys = ON")
        self._connection.executescript(TABLES)

    def close(self) -> None:
        self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def rows(self, sql: str, *values: Any) -> list[Row]:
        return self._connection.execute(sql, values).fetchall()

    def row(self, sql: str, *values: Any) -> Row | None:
        found: Row | None = self._connection.execute(sql, values).fetchone()
        return found

    def value(self, sql: str, *values: Any) -> Any:
        """The first column of the only row."""
        return self.rows(sql, *values)[0][0]

    def execute(self, sql: str, *values: Any) -> int:
        """Returns how many rows it changed."""
        return self._connection.execute(sql, values).rowcount

    def insert(self, table: str, **values: Any) -> None:
        names, marks = ", ".join(values), ", ".join("?" for _ in values)
        sql = f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608 # our names
        self._connection.execute(sql, tuple(values.values()))


def new_id(prefix: str) -> str:
    return f"{prefix}_{secrets.token_hex(12)}"


def now() -> float:
    return time.time()

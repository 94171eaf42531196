"""Statements on an embedded Postgres."""

import asyncpg


async def numbers_in(database_url: str, sql: str) -> list[int]:
    db = await asyncpg.connect(database_url)
    try:
        return [row[0] for row in await db.fetch(sql)]
    finally:
        await db.close()

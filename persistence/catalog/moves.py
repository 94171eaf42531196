"""Ends of sessions that follow their movie, and the record of what has moved."""

from collections.abc import Sequence
from uuid import UUID

from domain.errors import RoomBusyError
from persistence.catalog import move_sql as sql
from persistence.catalog_rows import session_of
from persistence.postgres.pool import Connection
from telemetry import origin


async def move_ends(db: Connection, movie_id: UUID, minutes: int) -> None:
    """Moves the ends of the sessions that have not begun. Raises RoomBusyError.

    The movie is locked.
    """
    await db.execute(sql.LOCK_ROOMS_OF_MOVIE, movie_id)
    await db.execute(sql.LOCK_SESSIONS_OF_MOVIE, movie_id)
    # Separate statements: their snapshots are from after the locks.
    other = await db.fetchrow(sql.IN_THE_WAY, movie_id, minutes)
    if other:
        raise RoomBusyError(session_of(other))
    moved = await db.fetch(sql.MOVE_ENDS, movie_id, minutes)
    await record_moves(db, [row["id"] for row in moved])


async def record_moves(db: Connection, session_ids: Sequence[UUID]) -> None:
    """In the transaction that moved them: with their events."""
    if session_ids:
        await db.execute(sql.RECORD_MOVES, session_ids, *origin.of_event())

"""The statements that give sessions another start or end, and record it.

A session ends when its movie ends. A transaction that reads the duration of a movie for
a session locks the movie FOR SHARE, before the room. One that changes the duration
locks the movie first, then the rooms, then the sessions, each in the order of their
ids. Meanwhile no session of the movie can be created or moved.
"""

from domain.events import SessionMoved
from persistence.catalog.catalog_sql import SESSION
from persistence.sales.event_sql import (
    ORIGIN,
    POSITION,
    THIS_TRANSACTION,
    insert_events,
)

# The race tests remove it.
LOCK_AGAINST_DURATIONS = "FOR SHARE"
DURATION = f"""
SELECT duration_minutes, archived_at IS NOT NULL AS is_archived
FROM movies WHERE id = $1
{LOCK_AGAINST_DURATIONS}
"""

# A session's movie never changes.
DURATION_OF_SESSION = f"""
SELECT duration_minutes FROM movies
WHERE id = (SELECT movie_id FROM sessions WHERE id = $1)
{LOCK_AGAINST_DURATIONS}
"""

LOCK_MOVIE = "SELECT version FROM movies WHERE id = $1 FOR NO KEY UPDATE"

TO_COME = "movie_id = $1 AND starts_at > clock_timestamp()"
LOCK_ROOMS_OF_MOVIE = f"""
SELECT FROM rooms WHERE id IN (SELECT room_id FROM sessions WHERE {TO_COME})
ORDER BY id
FOR NO KEY UPDATE
"""

# Holds are still possible: they lock the row FOR KEY SHARE, and no start changes.
LOCK_SESSIONS_OF_MOVIE = f"""
SELECT FROM sessions WHERE {TO_COME}
ORDER BY id
FOR NO KEY UPDATE
"""

# The first session that begins before another would have left its room.
IN_THE_WAY = f"""
SELECT {", ".join(f"other.{column}" for column in SESSION.split(", "))}
FROM sessions own
JOIN sessions other ON other.room_id = own.room_id AND other.starts_at > own.starts_at
    AND other.starts_at < own.starts_at + make_interval(
        mins => $2 + own.turnaround_minutes)
WHERE own.movie_id = $1 AND own.starts_at > clock_timestamp()
    AND own.cancelled_at IS NULL AND other.cancelled_at IS NULL
ORDER BY other.starts_at, other.id
LIMIT 1
"""

MOVE_ENDS = f"""
UPDATE sessions SET ends_at = starts_at + make_interval(mins => $2),
    version = version + 1
WHERE {TO_COME} AND ends_at <> starts_at + make_interval(mins => $2)
RETURNING id
"""

# Events of the sessions that this transaction has changed, and therefore locked.
RECORD_MOVES = f"""
WITH {ORIGIN.format("$2", "$3")},
moved AS (
    SELECT id AS session_id, jsonb_build_object(
        'session_id', id, 'starts_at', starts_at, 'ends_at', ends_at,
        'position', {POSITION}) AS data
    FROM sessions WHERE id = ANY($1::uuid[])
),
recorded AS (
    INSERT INTO session_moves (session_id, changed_in)
    SELECT session_id, {THIS_TRANSACTION} FROM moved
    ON CONFLICT (session_id) DO UPDATE SET changed_in = excluded.changed_in
)
{insert_events("moved", [SessionMoved])}
"""

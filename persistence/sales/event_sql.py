"""SQL that writes and confirms events, in the statement that makes the change.

So a change is never committed without its event, nor an event without its change. A
statement names the reservations that it changed `changed_reservations` and the seats
`changed_seats` (each with its `reservation_id`, and `agreed_minor`: what was agreed for
it); INSERTED_EVENTS turns both into rows of the outbox. `origin` is the request that
made the change: the last two parameters.
"""

from collections.abc import Callable, Sequence

from domain.events import RESERVATION_EVENTS, KnownEvent
from persistence.sales.state_sql import RESERVATION_STATE, SEAT_STATE

# Everything older than this transaction was committed before this snapshot.
POSITION = "pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
THIS_TRANSACTION = "pg_current_xact_id()::text::bigint"

ORIGIN = "origin AS (SELECT {}::text AS request_id, {}::text AS trace_parent)"


def insert_events(
    rows: str, types: Sequence[type[KnownEvent]], *, origin: str = "TRUE"
) -> str:
    """The INSERT into the outbox, from `rows` with session_id and data.

    Where there are several `types`, the row's status says which. `origin` is the
    condition that joins a row to its origin.
    """

    def by_status(literal: Callable[[type[KnownEvent]], str]) -> str:
        literals = {str(event.status): literal(event) for event in types}
        if len(set(literals.values())) == 1:
            return literal(types[0])
        cases = [f"WHEN '{status}' THEN {text}" for status, text in literals.items()]
        return f"CASE {rows}.status {' '.join(cases)} END"

    topic = by_status(lambda event: f"'{event.topic}'")
    type_ = by_status(lambda event: f"'{event.__name__}'")
    awaiting = by_status(lambda event: f"'{{{','.join(event.awaited_by)}}}'::text[]")
    return f"""
    INSERT INTO outbox (topic, type, session_id, data, awaiting,
                        request_id, trace_parent)
    SELECT {topic}, {type_}, {rows}.session_id, {rows}.data, {awaiting},
           origin.request_id, origin.trace_parent
    FROM {rows} JOIN origin ON {origin}"""


CHANGED_SEAT_STATE = SEAT_STATE.format(
    ss="c", status="c.status", held_until="c.held_until"
)
SEAT_WITH_AGREED_PRICE = (
    f"{CHANGED_SEAT_STATE.removesuffix(')')}, 'agreed_minor', c.agreed_minor)"
)
CHANGED_SEATS = f"""
    SELECT jsonb_agg({SEAT_WITH_AGREED_PRICE} ORDER BY c.id)
    FROM changed_seats c
    JOIN seats seat ON seat.id = c.seat_id
    JOIN screening ON screening.id = c.session_id
    WHERE c.reservation_id = r.id"""
CHANGED_RESERVATION = RESERVATION_STATE.format(
    r="r", status="r.status", seats=CHANGED_SEATS
)


def inserted_events(
    origin: str = "TRUE", types: Sequence[type[KnownEvent]] = RESERVATION_EVENTS
) -> str:
    """CTEs that write the events of `changed_reservations`; see insert_events."""
    return f"""
reservation_state AS (
    SELECT r.id AS reservation_id, r.session_id, r.status,
           {CHANGED_RESERVATION} || jsonb_build_object('position', {POSITION}) AS data
    FROM changed_reservations r
),
inserted_events AS (
    {insert_events("reservation_state", types, origin=origin)}
)"""


INSERTED_EVENTS = inserted_events()

# The condition on `awaiting` leaves out what was confirmed before. Whether others still
# wait is read in `mine`, so after the wait for them: the last one deletes the row.
# What follows from the events is a part of the same statement, and of those in `mine`.
CONFIRMED = """
mine AS (
    SELECT position, id, array_remove(awaiting, $2) AS others FROM outbox
    WHERE id = ANY($1::uuid[]) AND $2 = ANY(awaiting)
    ORDER BY position FOR UPDATE
),
confirmed AS (
    UPDATE outbox SET awaiting = array_remove(awaiting, $2)
    FROM mine WHERE outbox.position = mine.position AND mine.others <> '{}'
        AND $2 = ANY(awaiting)
),
confirmed_by_all AS (
    DELETE FROM outbox
    USING mine WHERE outbox.position = mine.position AND mine.others = '{}'
        AND $2 = ANY(awaiting)
)"""
CONFIRM = f"WITH {CONFIRMED} SELECT id FROM mine"

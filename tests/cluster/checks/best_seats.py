"""What a call of reserveBestSeats may hold: all that it asked for, or nothing."""

from collections.abc import Iterable, Mapping

from tests.cluster.evidence import Operation
from tests.cluster.rows import SeatRow


def is_whole(
    operation: Operation, held: Iterable[str], seats: Mapping[str, SeatRow]
) -> bool:
    """As many seats of the session as asked for; with ROW one run of one row."""
    rows = [seats[seat] for seat in held if seat in seats]
    if [row.session for row in rows] != [operation.session] * operation.count:
        return False
    if operation.together != "ROW":
        return True
    places = sorted(row.place for row in rows)
    run = range(places[0], places[0] + operation.count)
    return len({row.row for row in rows}) == 1 and places == [*run]

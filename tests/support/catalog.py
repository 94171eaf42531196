"""A manager's mutations, and what they are answered."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.support.graphql import MANAGER, Desk

NOW = datetime.now(UTC).replace(second=0, microsecond=0)  # the same for a whole run

MOVIE = "id title synopsis durationMinutes genres rating"
REFUSED = """
    __typename
    ... on Problem { code message }
    ... on InvalidInput { fields { path message } }
"""
SESSION = """
    id movie { id } room { id capacity } startsAt endsAt
    pricePerSeat { amountMinor currency }
    seatMap { available seats { row number status version price { amountMinor } } }
"""
BUSY = "... on RoomBusy { conflictingSession { id } }"

CREATE_MOVIE = f"""
mutation ($input: CreateMovieInput!) {{
  createMovie(input: $input) {{ {REFUSED} ... on Movie {{ {MOVIE} }} }}
}}
"""
UPDATE_MOVIE = f"""
mutation ($input: UpdateMovieInput!) {{
  updateMovie(input: $input) {{ {REFUSED} ... on Movie {{ {MOVIE} }} }}
}}
"""
CREATE_ROOM = f"""
mutation ($input: CreateRoomInput!) {{
  createRoom(input: $input) {{
    {REFUSED} ... on Room {{ id name capacity seats {{ row number }} }}
  }}
}}
"""
ADD_SEATS = f"""
mutation ($input: AddSeatsInput!) {{
  addSeats(input: $input) {{
    {REFUSED} ... on Room {{ id name capacity seats {{ row number }} }}
  }}
}}
"""
CREATE_SESSION = f"""
mutation ($input: CreateSessionInput!) {{
  createSession(input: $input) {{
    {REFUSED} {BUSY} ... on Session {{ {SESSION} }}
  }}
}}
"""
UPDATE_SESSION = f"""
mutation ($input: UpdateSessionInput!) {{
  updateSession(input: $input) {{
    {REFUSED} {BUSY} ... on Session {{ {SESSION} }}
  }}
}}
"""


async def answer(desk: Desk, mutation: str, **entered: Any) -> dict[str, Any]:
    data = await desk.data(mutation, MANAGER, input=entered)
    [told] = data.values()
    return dict(told)


def moment(days: float = 0, minutes: float = 0) -> str:
    """From a whole minute, about now, on."""
    there = NOW + timedelta(days=days, minutes=minutes)
    return there.isoformat().replace("+00:00", "Z")

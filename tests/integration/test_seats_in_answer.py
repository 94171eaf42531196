"""An answer has a limited number of seats, however large the rooms are."""

import pytest

from resolvers import context
from resolvers.faults import FaultError
from tests.support.cinema import Show
from tests.support.schema_client import SchemaClient

MAP = "seatMap(sessionId: $id) { available seats { id } }"
ROOM = "session(id: $id) { room { seats { id } } }"


@pytest.fixture(autouse=True)
def room_for_two(show: Show, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(context, "MAX_SEATS_IN_ANSWER", 2 * len(show.seat_ids))


@pytest.mark.parametrize("what", [MAP, ROOM])
async def test_all_lists_of_an_answer_count(
    client: SchemaClient, show: Show, what: str
) -> None:
    query = "query ($id: ID!) { a: %s b: %s }"
    more = "query ($id: ID!) { a: %s b: %s c: %s }"

    data = await client.data(query % (what, what), id=str(show.session_id))
    refused = await client.ask(more % (what, what, what), id=str(show.session_id))

    assert set(data) == {"a", "b"}
    [error] = refused.errors or []
    assert error.extensions == {"code": "BAD_USER_INPUT"}
    assert f"up to {2 * len(show.seat_ids)} seats" in error.message


async def test_seat_maps_without_selected_seats_do_not_count(
    client: SchemaClient, show: Show
) -> None:
    maps = " ".join(f"m{n}: seatMap(sessionId: $id) {{ available }}" for n in range(10))

    data = await client.data(f"query ($id: ID!) {{ {maps} }}", id=str(show.session_id))

    assert data["m9"] == {"available": len(show.seat_ids)}


async def test_each_event_of_a_subscription_has_its_own_limit(
    client: SchemaClient, show: Show
) -> None:
    info = client.context(None)

    for _ in range(5):
        info.start_next_event()
        info.count_seats(2 * len(show.seat_ids))

    with pytest.raises(FaultError):
        info.count_seats(1)

"""Subscriptions from start to end, and faults of all operations."""

import logging
from uuid import UUID

import pytest

from domain.seats import Position, SeatMapDelta
from persistence.postgres.pool import Pool
from tests.support.cinema import Cinema, Show
from tests.support.events import open_payment
from tests.support.schema_client import SchemaClient

NO_ID = "9b2f4b0e-0000-4000-8000-000000000000"

WATCH_RESERVATION = """
subscription ($id: ID!) {
  reservation(id: $id) { status extensionsLeft payment { status } }
}
"""

OPEN, PAID = {"status": "PENDING"}, {"status": "APPROVED"}

WATCH_SEATS = """
subscription ($id: ID!, $after: String) {
  seatMap(sessionId: $id, after: $after) {
    __typename
    ... on SeatMap { position available held }
    ... on SeatMapDelta { position changed: seats { id } }
  }
}
"""


class TestWatching:
    async def test_seat_map_updates_are_sent_and_the_feed_is_closed(
        self, client: SchemaClient, show: Show
    ) -> None:
        whole = await client.queries.seat_maps.read(show.session_id)
        assert whole
        delta = SeatMapDelta(
            session_id=show.session_id, seats=whole.seats[:1], position=Position(7)
        )
        client.seat_feed.updates = [whole, delta, delta]

        results = await client.watch(
            WATCH_SEATS, id=str(show.session_id), after="5", at_most=2
        )

        assert [result.data and result.data["seatMap"] for result in results] == [
            {
                "__typename": "SeatMap",
                "position": str(whole.position),
                "available": 10,
                "held": 0,
            },
            {
                "__typename": "SeatMapDelta",
                "position": "7",
                "changed": [{"id": str(whole.seats[0].id)}],
            },
        ]
        assert client.seat_feed.calls == [(show.session_id, Position(5))]
        assert client.seat_feed.open == 0

    async def test_only_whole_maps_that_are_read_again_wait_for_a_turn(
        self, client: SchemaClient, show: Show
    ) -> None:
        whole = await client.queries.seat_maps.read(show.session_id)
        assert whole
        delta = SeatMapDelta(
            session_id=show.session_id, seats=whole.seats[:1], position=Position(7)
        )
        client.seat_feed.updates = [whole, delta, whole, delta]

        await client.watch(WATCH_SEATS, id=str(show.session_id))

        assert client.turns == 1

    @pytest.mark.parametrize("session_id", ["x", NO_ID])
    async def test_an_unknown_session_is_refused(
        self, client: SchemaClient, session_id: str
    ) -> None:
        [refused] = await client.watch(WATCH_SEATS, id=session_id)

        assert refused.errors and refused.errors[0].extensions == {"code": "NOT_FOUND"}
        assert client.seat_feed.open == 0

    async def test_a_reservation_is_sent_when_it_or_its_payment_changes(
        self, client: SchemaClient, ana: UUID, show: Show, pool: Pool
    ) -> None:
        made = await client.reserve(ana, show, 0)

        async def pay() -> None:
            payment_id = await pool.fetchval(
                "SELECT id FROM payments WHERE reservation_id = $1", UUID(made["id"])
            )
            await client.services.payments.approve_payment(payment_id, ana, None)

        async def nothing() -> None: ...

        async def open_it() -> None:
            await open_payment(pool, UUID(made["id"]))

        async def extend() -> None:
            extensions = client.services.extensions
            await extensions.extend_reservation(UUID(made["id"]), ana, None)

        client.reservation_feed.between = [nothing, open_it, extend, pay, nothing]

        results = await client.watch(WATCH_RESERVATION, ana, id=made["id"])

        assert [result.data and result.data["reservation"] for result in results] == [
            {"status": "PENDING", "extensionsLeft": 10, "payment": None},
            {"status": "PENDING", "extensionsLeft": 10, "payment": OPEN},
            {"status": "PENDING", "extensionsLeft": 9, "payment": OPEN},
            {"status": "CONFIRMED", "extensionsLeft": 0, "payment": PAID},
        ]
        assert client.reservation_feed.open == 0
        assert client.turns == 3

    async def test_a_strangers_reservation_is_refused(
        self, client: SchemaClient, ana: UUID, show: Show, cinema: Cinema
    ) -> None:
        made = await client.reserve(ana, show, 0)
        [bia] = await cinema.customers(1)

        for unknown in (made["id"], NO_ID, "x"):
            [refused] = await client.watch(WATCH_RESERVATION, bia, id=unknown)
            assert refused.errors and refused.errors[0].extensions == {
                "code": "NOT_FOUND"
            }
        assert client.reservation_feed.open == 0


class TestFaults:
    async def test_a_bug_is_masked_and_logged_with_its_request_id(
        self,
        client: SchemaClient,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        async def broken(*_: object) -> None:
            raise RuntimeError("a secret")

        monkeypatch.setattr(type(client.services.queries.rooms), "page", broken)

        with caplog.at_level(logging.ERROR):
            result = await client.ask("{ rooms { totalCount } }")

        [error] = result.errors or []
        assert error.message == "Something went wrong on our side."
        assert error.extensions == {"code": "INTERNAL", "requestId": "request-1"}
        assert error.path == ["rooms"]
        [record] = caplog.records
        assert record.__dict__["request_id"] == "request-1"
        assert record.exc_info and str(record.exc_info[1]) == "a secret"

    @pytest.mark.parametrize(
        "text",
        [
            "{",
            "{ nothing }",
            "query ($id: ID!) { movie(id: $id) { id } }",
            '{ sessions(filter: {startsAfter: "2026-02-30"}) { totalCount } }',
            "{a" * 5_000,
        ],
        ids=["syntax", "field", "variable", "moment", "deep"],
    )
    async def test_invalid_operations_are_bad_user_input(
        self, client: SchemaClient, caplog: pytest.LogCaptureFixture, text: str
    ) -> None:
        for _ in range(2):  # the second one comes from caches
            answer = await client.ask(text)
            [streamed] = await client.watch(text)

            for result in (answer, streamed):
                codes = [error.extensions for error in result.errors or []]
                assert codes == [{"code": "BAD_USER_INPUT"}]
        assert caplog.records == []

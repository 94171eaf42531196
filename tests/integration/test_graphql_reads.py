"""Queries: permissions, pages and numbers of statements."""

from uuid import UUID

import pytest

from loadtest.documents import RESERVE_SEATS
from persistence.postgres.pool import Pool
from tests.support.cinema import Cinema, Show, reserving
from tests.support.events import open_payment
from tests.support.schema_client import SchemaClient

NO_ID = "9b2f4b0e-0000-4000-8000-000000000000"

WATCH_RESERVATION = """
subscription ($id: ID!) { reservation(id: $id) { status payment { status } } }
"""


class TestPermissions:
    @pytest.mark.parametrize(
        "operation",
        [
            f'{{ reservation(id: "{NO_ID}") {{ id }} }}',
            "{ reservations { totalCount } }",
            '{ payment(id: "x") { id } }',
            "{ payments { totalCount } }",
            "mutation {reserveSeats(input: {sessionId: 1, seatIds: 1}) { __typename }}",
            'mutation { cancelReservation(input: {reservationId: ""}) { __typename } }',
            'mutation { approvePayment(input: {paymentId: ""}) { __typename } }',
        ],
    )
    async def test_without_a_viewer_clients_are_asked_to_sign_in(
        self, client: SchemaClient, operation: str
    ) -> None:
        assert await client.code(operation) == "UNAUTHENTICATED"
        assert client.statements == []

    async def test_a_token_of_a_deleted_account_asks_to_sign_in_again(
        self, client: SchemaClient, show: Show, cinema: Cinema
    ) -> None:
        code = await client.code(RESERVE_SEATS, UUID(NO_ID), input=reserving(show, 0))

        assert code == "UNAUTHENTICATED"
        assert (await cinema.seat_states(show))[0] == ("AVAILABLE", 1)

    async def test_without_a_viewer_no_reservation_can_be_followed(
        self, client: SchemaClient
    ) -> None:
        [refused] = await client.watch(WATCH_RESERVATION, id=NO_ID)

        assert refused.errors and refused.errors[0].extensions == {
            "code": "UNAUTHENTICATED"
        }
        assert client.reservation_feed.open == 0

    async def test_what_belongs_to_others_is_null(
        self, client: SchemaClient, ana: UUID, show: Show, pool: Pool, cinema: Cinema
    ) -> None:
        made = await client.reserve(ana, show, 0)
        payment_id = str(await open_payment(pool, UUID(made["id"])))
        [bia] = await cinema.customers(1)

        for reservation, payment in (
            (made["id"], payment_id),
            (NO_ID, NO_ID),
            ("x", "\x00"),
        ):
            seen = await client.data(
                "query ($r: ID!, $p: ID!) {"
                " reservation(id: $r) { id } payment(id: $p) { id }"
                " reservations { totalCount } payments { totalCount } }",
                bia,
                r=reservation,
                p=payment,
            )
            assert seen == {
                "reservation": None,
                "payment": None,
                "reservations": {"totalCount": 0},
                "payments": {"totalCount": 0},
            }


class TestLists:
    async def test_rows_of_a_list_share_statements(
        self, client: SchemaClient, ana: UUID, cinema: Cinema, pool: Pool
    ) -> None:
        for _ in range(5):
            show = await cinema.open_session(seats=2)
            made = await client.reserve(ana, show, 0)
            await open_payment(pool, UUID(made["id"]))

        data = await client.data(
            """
            {
              reservations {
                edges {
                  node {
                    seats { status }
                    payment { status reservation { id } }
                    session {
                      seatMap { held }
                      room { capacity seats { row } }
                      movie { sessions(first: 2) { totalCount edges { cursor } } }
                    }
                  }
                }
              }
            }
            """,
            ana,
        )

        nodes = [edge["node"] for edge in data["reservations"]["edges"]]
        assert [node["session"]["seatMap"]["held"] for node in nodes] == [1] * 5
        assert [node["session"]["room"]["capacity"] for node in nodes] == [2] * 5
        assert {
            node["session"]["movie"]["sessions"]["totalCount"] for node in nodes
        } == {1}
        # The list, payments, their reservations, sessions, maps, rooms, capacities,
        # seats, their price zones, movies, their sessions and the counts of those.
        assert len(client.statements) == 12

    @pytest.mark.parametrize("listed", ["movies", "rooms", "sessions"])
    async def test_total_count_is_read_only_if_selected(
        self, client: SchemaClient, listed: str
    ) -> None:
        await client.data(f"{{ {listed} {{ edges {{ cursor }} }} }}")
        assert len(client.statements) == 1

        await client.data(f"{{ {listed}(first: 1) {{ totalCount }} }}")
        assert len(client.statements) == 2

    async def test_pages_lead_to_each_other(
        self, client: SchemaClient, ana: UUID, show: Show
    ) -> None:
        made = [(await client.reserve(ana, show, number))["id"] for number in range(3)]
        query = (
            "query ($after: String) { reservations(first: 2, after: $after) {"
            " edges { node { id } } pageInfo {"
            " hasNextPage hasPreviousPage startCursor endCursor } } }"
        )

        first = (await client.data(query, ana))["reservations"]
        cursor = first["pageInfo"]["endCursor"]
        second = (await client.data(query, ana, after=cursor))["reservations"]

        assert [edge["node"]["id"] for edge in first["edges"]] == [made[2], made[1]]
        assert first["pageInfo"]["hasNextPage"]
        assert not first["pageInfo"]["hasPreviousPage"]
        assert [edge["node"]["id"] for edge in second["edges"]] == [made[0]]
        assert not second["pageInfo"]["hasNextPage"]
        assert second["pageInfo"]["hasPreviousPage"]

    @pytest.mark.parametrize("listed", ["movies", "rooms", "sessions"])
    async def test_a_list_is_read_from_its_end_too(
        self, client: SchemaClient, cinema: Cinema, listed: str
    ) -> None:
        for _ in range(3):
            await cinema.open_session()
        page = "edges { cursor } pageInfo { hasNextPage hasPreviousPage startCursor }"
        back = f"query ($b: String) {{ {listed}(last: 2, before: $b) {{ {page} }} }}"

        last = (await client.data(back))[listed]
        start = last["pageInfo"]["startCursor"]
        before = (await client.data(back, b=start))[listed]
        ahead = await client.data(f'{{ {listed}(after: "{start}") {{ {page} }} }}')

        assert last["edges"][0]["cursor"] == start
        assert not last["pageInfo"]["hasNextPage"]
        assert last["pageInfo"]["hasPreviousPage"]
        assert before["pageInfo"]["hasNextPage"]
        assert start not in [edge["cursor"] for edge in before["edges"]]
        assert ahead[listed]["edges"] == last["edges"][1:]

    @pytest.mark.parametrize(
        "arguments",
        [
            "first: 0",
            "last: 0",
            "last: 101",
            "first: 1, last: 1",
            'last: 1, before: "garbage"',
            "first: -1",
            "first: 101",
            'after: "garbage"',
            'after: ""',
            r'after: "\u0000"',
        ],
    )
    async def test_invalid_page_arguments_are_bad_user_input(
        self, client: SchemaClient, ana: UUID, arguments: str
    ) -> None:
        for listed in ("movies", "rooms", "sessions", "reservations", "payments"):
            query = f"{{ {listed}({arguments}) {{ totalCount }} }}"
            assert await client.code(query, ana) == "BAD_USER_INPUT"

    async def test_ids_and_filters_without_a_match(self, client: SchemaClient) -> None:
        data = await client.data(
            """
            {
              movie(id: "x") { id }
              room(id: "\\u0000") { id }
              session(id: "9b2f4b0e-0000-4000-8000-000000000000") { id }
              seatMap(sessionId: "x") { position }
              sessions(first: null, filter: {movieId: "x"}) { totalCount }
            }
            """
        )

        assert data == {
            "movie": None,
            "room": None,
            "session": None,
            "seatMap": None,
            "sessions": {"totalCount": 0},
        }

    @pytest.mark.parametrize("search", ["\x00", "\ud800", "x" * 201])
    async def test_a_search_that_postgres_cannot_store(
        self, client: SchemaClient, search: str
    ) -> None:
        query = "query ($s: String) { movies(search: $s) { totalCount } }"

        assert await client.code(query, s=search) == "BAD_USER_INPUT"

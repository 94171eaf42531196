"""Mutations from GraphQL document to Postgres and back."""

from typing import Any
from uuid import UUID

import pytest

from loadtest.documents import APPROVE_PAYMENT, CANCEL_RESERVATION, RESERVE_SEATS
from persistence.postgres.pool import Pool
from tests.support.cinema import Cinema, Show, expire_hold, reserving
from tests.support.events import open_payment
from tests.support.schema_client import SchemaClient

NO_ID = "9b2f4b0e-0000-4000-8000-000000000000"

RESERVE_WITH_SESSION = RESERVE_SEATS.replace(
    "expiresAt", "session { id movie { title } } payment { id }"
)


class TestReserving:
    async def test_all_the_seats_at_their_price(
        self, client: SchemaClient, ana: UUID, show: Show
    ) -> None:
        made = await client.mutate(RESERVE_WITH_SESSION, ana, **reserving(show, 0, 1))

        assert made["__typename"] == "Reservation"
        assert made["status"] == "PENDING"
        assert made["total"] == {"amountMinor": 5000, "currency": "BRL"}
        assert made["session"] == {
            "id": str(show.session_id),
            "movie": {"title": "Limite"},
        }
        assert [(seat["status"], seat["version"]) for seat in made["seats"]] == [
            ("HELD", 2),
            ("HELD", 2),
        ]
        assert made["payment"] is None

    async def test_a_held_seat_is_in_the_refusal_with_its_end(
        self, client: SchemaClient, ana: UUID, show: Show, cinema: Cinema
    ) -> None:
        await client.reserve(ana, show, 0)
        [bia] = await cinema.customers(1)

        refused = await client.reserve(bia, show, 0, 1)

        assert refused["code"] == "SEATS_UNAVAILABLE"
        assert refused["message"] == "Some of these seats are no longer available."
        [seat] = refused["seats"]
        assert seat["id"] == str(show.seat_ids[0])
        assert seat["status"] == "HELD"
        assert seat["heldUntil"].endswith("Z")
        assert (await cinema.seat_states(show))[1] == ("AVAILABLE", 1)

    @pytest.mark.parametrize(
        ("numbers", "others", "code"),
        [
            ([], [], "INVALID_INPUT"),
            ([0, 0], [], "INVALID_INPUT"),
            (range(9), [], "TOO_MANY_SEATS"),
            ([0], ["x"], "NOT_FOUND"),
            ([0], [NO_ID], "NOT_FOUND"),
        ],
    )
    async def test_unusable_seats_are_refused_as_data(
        self,
        client: SchemaClient,
        show: Show,
        numbers: list[int],
        others: list[str],
        code: str,
    ) -> None:
        seats = [*(str(show.seat_ids[number]) for number in numbers), *others]

        answer = await client.mutate(
            RESERVE_SEATS,
            UUID(NO_ID),
            sessionId=str(show.session_id),
            seatIds=seats,
        )

        assert answer["code"] == code
        assert answer.get("limit", 8) == 8
        assert [each["path"] for each in answer.get("fields", ())] == (
            [["seatIds"]] if code == "INVALID_INPUT" else []
        )

    @pytest.mark.parametrize("session_id", ["x", "{" + NO_ID + "}", NO_ID])
    async def test_an_unknown_session_is_not_found(
        self, client: SchemaClient, ana: UUID, show: Show, session_id: str
    ) -> None:
        seats = [str(show.seat_ids[0])]

        answer = await client.mutate(
            RESERVE_SEATS, ana, sessionId=session_id, seatIds=seats
        )

        assert answer["code"] == "NOT_FOUND"

    async def test_a_key_repeats_its_result_and_refuses_other_input(
        self, client: SchemaClient, ana: UUID, show: Show
    ) -> None:
        async def ask(number: int, key: str) -> dict[str, Any]:
            return await client.mutate(
                RESERVE_SEATS, ana, **reserving(show, number, key=key)
            )

        first, again = await ask(0, "k"), await ask(0, "k")
        other, unusable = await ask(1, "k"), await ask(1, "")

        assert again["id"] == first["id"]
        assert other["code"] == "IDEMPOTENCY_CONFLICT"
        assert unusable["fields"] == [
            {"path": ["idempotencyKey"], "message": "Enter 1 to 255 characters."}
        ]


class TestEnding:
    async def test_giving_seats_back(
        self, client: SchemaClient, ana: UUID, show: Show, cinema: Cinema
    ) -> None:
        made = await client.reserve(ana, show, 0)
        [bia] = await cinema.customers(1)

        entered = {"reservationId": made["id"]}
        strangers = await client.mutate(CANCEL_RESERVATION, bia, **entered)
        own = await client.mutate(CANCEL_RESERVATION, ana, **entered)
        again = await client.mutate(CANCEL_RESERVATION, ana, **entered)

        seat = {"id": str(show.seat_ids[0]), "status": "AVAILABLE", "version": 3}
        assert strangers["code"] == "NOT_FOUND"
        assert own == {
            "__typename": "Reservation",
            "id": made["id"],
            "status": "CANCELLED",
            "seats": [seat],
            "payment": None,
        }
        assert again == {
            "__typename": "ReservationClosed",
            "code": "RESERVATION_CLOSED",
            "status": "CANCELLED",
        }

    async def test_an_approval_reads_the_sold_seats_in_the_same_operation(
        self, client: SchemaClient, ana: UUID, show: Show, pool: Pool
    ) -> None:
        made = await client.reserve(ana, show, 0)
        payment_id = str(await open_payment(pool, UUID(made["id"])))

        data = await client.data(
            APPROVE_PAYMENT.replace("mutation (", "mutation Pay(").replace(
                "approvePayment(", "first: approvePayment(", 1
            ),
            ana,
            input={"paymentId": payment_id},
        )
        again = await client.mutate(APPROVE_PAYMENT, ana, paymentId=payment_id)

        seat = {"id": str(show.seat_ids[0]), "status": "SOLD"}
        assert data["first"] == {
            "__typename": "Payment",
            "id": payment_id,
            "status": "APPROVED",
            "amount": {"amountMinor": 2500},
            "reservation": {"id": made["id"], "status": "CONFIRMED", "seats": [seat]},
        }
        assert again == data["first"]

    async def test_mutations_of_one_operation_see_each_other(
        self, client: SchemaClient, ana: UUID, show: Show, pool: Pool
    ) -> None:
        made = await client.reserve(ana, show, 0)
        payment_id = str(await open_payment(pool, UUID(made["id"])))

        data = await client.data(
            """
            mutation ($payment: ID!, $reservation: ID!) {
              pay: approvePayment(input: {paymentId: $payment}) {
                ... on Payment { reservation { status payment { status } } }
              }
              cancel: cancelReservation(input: {reservationId: $reservation}) {
                ... on ReservationClosed { status }
              }
            }
            """,
            ana,
            payment=payment_id,
            reservation=made["id"],
        )

        assert data == {
            "pay": {
                "reservation": {
                    "status": "CONFIRMED",
                    "payment": {"status": "APPROVED"},
                }
            },
            "cancel": {"status": "CONFIRMED"},
        }

    async def test_an_expired_reservation_cannot_be_paid(
        self, client: SchemaClient, ana: UUID, show: Show, pool: Pool, cinema: Cinema
    ) -> None:
        made = await client.reserve(ana, show, 0)
        payment_id = str(await open_payment(pool, UUID(made["id"])))
        await expire_hold(pool, UUID(made["id"]))

        answer = await client.mutate(APPROVE_PAYMENT, ana, paymentId=payment_id)
        read = await client.data(
            """
            query ($payment: ID!) {
              payment(id: $payment) { status reservation { status } }
              reservations(status: PENDING) { totalCount }
              over: reservations(status: EXPIRED) {
                totalCount edges { node { payment { status } } }
              }
            }
            """,
            ana,
            payment=payment_id,
        )

        assert answer["code"] == "RESERVATION_EXPIRED"
        assert read == {
            "payment": {"status": "EXPIRED", "reservation": {"status": "EXPIRED"}},
            "reservations": {"totalCount": 0},
            "over": {
                "totalCount": 1,
                "edges": [{"node": {"payment": {"status": "EXPIRED"}}}],
            },
        }
        [bia] = await cinema.customers(1)
        strangers = await client.mutate(APPROVE_PAYMENT, bia, paymentId=payment_id)
        assert strangers["code"] == "NOT_FOUND"

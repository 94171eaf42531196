"""Sales over HTTP and WebSocket, with restarts of API and worker."""

import asyncio
import os
import signal
from collections import Counter
from contextlib import aclosing
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest
from websockets.exceptions import ConnectionClosed

from loadtest.documents import RESERVE_SEATS
from persistence.postgres.pool import Pool
from tests.support.cinema import expire_hold, postpone_expiry
from tests.support.http_client import ask
from tests.support.polling import PATIENCE_SECONDS, soon
from tests.support.running_service import Customer, RunningService
from tests.support.socket_client import graphql_socket

pytestmark = pytest.mark.both_engines


async def states_until(updates: Any, seat: str, wanted: str) -> list[tuple[str, int]]:
    """The states of one seat that a watcher receives, up to the wanted one."""
    seen = []
    async with asyncio.timeout(PATIENCE_SECONDS):
        async for update in updates:
            seen += [
                (state["status"], state["version"])
                for state in update["seats"]
                if state["id"] == seat
            ]
            if seen and seen[-1][0] == wanted:
                return seen
    raise AssertionError(seen)


async def test_a_seat_locks_and_sells_live(
    service: RunningService, ana: Customer, bruno: Customer, live_pool: Pool
) -> None:
    session, seats = await service.session(ana)
    async with aclosing(bruno.watch(session)) as updates:
        whole = await anext(updates)
        held = await ana.reserve(session, *seats[:2])
        await postpone_expiry(live_pool, UUID(held["id"]))
        after_hold = await states_until(updates, seats[0], "HELD")
        payment = await ana.payment_of(held["id"])
        refused = await bruno.reserve(session, seats[1])
        paid = await ana.approve(payment)
        after_sale = await states_until(updates, seats[0], "SOLD")
    sold_out = await bruno.reserve(session, seats[0])

    assert whole["__typename"] == "SeatMap"
    assert (held["__typename"], held["status"]) == ("Reservation", "PENDING")
    assert after_hold[-1] == ("HELD", 2)
    assert after_sale[-1] == ("SOLD", 3)
    assert refused["code"] == "SEATS_UNAVAILABLE"
    assert refused["seats"][0]["id"] == seats[1]
    assert refused["seats"][0]["heldUntil"]
    assert (paid["status"], paid["reservation"]["status"]) == ("APPROVED", "CONFIRMED")
    assert paid["amount"]["amountMinor"] == held["total"]["amountMinor"]
    assert sold_out["seats"][0]["status"] == "SOLD"


async def test_approving_is_once_however_often_and_for_its_owner_alone(
    service: RunningService, ana: Customer, bruno: Customer, live_pool: Pool
) -> None:
    session, seats = await service.session(ana)
    held = await ana.reserve(session, seats[0])
    payment = await ana.payment_of(held["id"])

    stranger = await bruno.approve(payment)
    answers = await asyncio.gather(*(ana.approve(payment) for _ in range(10)))

    assert (stranger["__typename"], stranger["code"]) == ("NotFound", "NOT_FOUND")
    assert Counter(answer["status"] for answer in answers) == {"APPROVED": 10}
    version = await live_pool.fetchval(
        "SELECT version FROM session_seats WHERE id = $1", UUID(seats[0])
    )
    assert version == 3


async def test_a_cancelled_hold_is_free_at_once(
    service: RunningService, ana: Customer, bruno: Customer
) -> None:
    session, seats = await service.session(ana)
    held = await ana.reserve(session, *seats[:3])

    assert (await bruno.cancel(held["id"]))["code"] == "NOT_FOUND"
    cancelled = await ana.cancel(held["id"])
    again = await bruno.reserve(session, *seats[:3])

    assert cancelled["status"] == "CANCELLED"
    assert again["status"] == "PENDING"
    assert (await ana.cancel(held["id"]))["code"] == "RESERVATION_CLOSED"


async def test_a_lost_answer_is_asked_for_again(
    service: RunningService, ana: Customer
) -> None:
    session, seats = await service.session(ana)
    key = str(uuid4())

    first = await ana.reserve(session, seats[0], key=key)
    again = await ana.reserve(session, seats[0], key=key)
    other = await ana.reserve(session, seats[1], key=key)

    assert again["id"] == first["id"]
    assert other["code"] == "IDEMPOTENCY_CONFLICT"


async def test_two_hundred_customers_want_one_seat_over_http(
    service: RunningService, ana: Customer
) -> None:
    session, seats = await service.session(ana)
    variables = {"input": {"sessionId": session, "seatIds": [seats[0]]}}
    limits = httpx2.Limits(max_connections=100)
    async with httpx2.AsyncClient(limits=limits, timeout=60) as http:
        answers = await asyncio.gather(
            *(
                ask(http, RESERVE_SEATS, variables, token=token, url=service.url)
                for token in service.tokens(200)
            )
        )

    assert Counter(
        answer.json()["data"]["reserveSeats"]["__typename"] for answer in answers
    ) == {"Reservation": 1, "SeatsUnavailable": 199}


async def test_without_a_worker_a_hold_still_ends_and_the_seat_is_sold_again(
    service: RunningService, ana: Customer, bruno: Customer, live_pool: Pool
) -> None:
    session, seats = await service.session(ana)
    worker = service.run.children()["Worker"]
    os.kill(worker, signal.SIGSTOP)
    try:
        held = await ana.reserve(session, seats[0])
        # The marker in Redis expires before the hold does. The test moves the time of
        # the hold only, so it deletes the marker.
        await expire_hold(live_pool, UUID(held["id"]))
        await service.delete_marker(seats[0])
        again = await bruno.reserve(session, seats[0])
    finally:
        os.kill(worker, signal.SIGCONT)

    assert (again["__typename"], again["status"]) == ("Reservation", "PENDING")
    assert (await ana.cancel(held["id"]))["code"] == "RESERVATION_CLOSED"


async def test_a_killed_worker_is_replaced_and_payments_open(
    service: RunningService, ana: Customer, live_pool: Pool
) -> None:
    session, seats = await service.session(ana)
    os.kill(service.run.children()["Worker"], signal.SIGKILL)

    held = await ana.reserve(session, seats[0])
    await postpone_expiry(live_pool, UUID(held["id"]))

    assert await soon(ana.payment_of(held["id"]))


async def test_sockets_close_with_a_code_to_come_back_on_and_resume(
    service: RunningService, ana: Customer, bruno: Customer
) -> None:
    session, seats = await service.session(ana)
    async with aclosing(bruno.watch(session)) as updates:
        position = (await anext(updates))["position"]
    async with graphql_socket(service.socket_url) as socket:
        api = service.run.children()["API"]
        os.kill(api, signal.SIGTERM)
        with pytest.raises(ConnectionClosed) as closed:
            await soon(socket.recv())

    await service.wait_for_another_api(api)
    assert closed.value.rcvd
    assert closed.value.rcvd.code == 1012
    held = await ana.reserve(session, seats[0])
    async with aclosing(bruno.watch(session, position)) as updates:
        missed = await anext(updates)
    assert held["status"] == "PENDING"
    assert missed["__typename"] == "SeatMapDelta"
    assert [seat["id"] for seat in missed["seats"]] == [seats[0]]


@pytest.mark.parametrize("body", [b"1", b"null", b'"x"', b"[]", b"\xff", b"{", b""])
async def test_a_malformed_body_is_a_400(service: RunningService, body: bytes) -> None:
    async with httpx2.AsyncClient() as http:
        answer = await http.post(
            service.url, content=body, headers={"content-type": "application/json"}
        )

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["message"]


async def test_health_says_what_is_ready(service: RunningService) -> None:
    async with httpx2.AsyncClient() as http:
        alive = await http.get(f"{service.address}/healthz")
        ready = await http.get(f"{service.address}/readyz")

    assert alive.status_code == 200
    assert ready.json() == {"ready": True, "postgres": "ok", "redis": "ok"}


async def test_what_was_on_its_way_when_the_api_stopped_is_there_once(
    service: RunningService, ana: Customer, live_pool: Pool
) -> None:
    """A retry with the same key finds the hold, answered before or not."""
    session, seats = await service.session(ana)
    tokens = service.tokens(40)
    api = service.run.children()["API"]

    held = "SELECT count(*) FROM reservations WHERE session_id = $1", UUID(session)
    before = await live_pool.fetchval(*held)

    async def reserve(http: httpx2.AsyncClient, number: int) -> Any:
        entered = {
            "sessionId": session,
            "seatIds": [seats[number]],
            "idempotencyKey": f"stop-{session}",
        }
        answer = await ask(
            http,
            RESERVE_SEATS,
            {"input": entered},
            token=tokens[number],
            url=service.url,
        )
        return answer.json()["data"]["reserveSeats"]["id"]

    async with httpx2.AsyncClient(timeout=60) as http:
        calls = [asyncio.create_task(reserve(http, number)) for number in range(40)]
        await asyncio.wait(calls, return_when=asyncio.FIRST_COMPLETED)
        os.kill(api, signal.SIGTERM)
        first = await asyncio.gather(*calls, return_exceptions=True)
        await service.wait_for_another_api(api)
        again = [await reserve(http, number) for number in range(40)]

    answered = [answer for answer in first if not isinstance(answer, Exception)]
    assert answered
    assert all(
        isinstance(answer, httpx2.TransportError) or answer == known
        for answer, known in zip(first, again, strict=True)
    ), first
    assert len(set(again)) == 40
    assert await live_pool.fetchval(*held) == before + 40

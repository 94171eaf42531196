"""One trace shows a hold from its HTTP request to the seat map of a watcher."""

import signal
from collections.abc import Iterator
from contextlib import aclosing
from pathlib import Path
from secrets import token_hex

import httpx2
import pytest

from loadtest.documents import RESERVE_SEATS, SIGN_UP
from tests.support.collector import Collector, collecting
from tests.support.http_client import ask
from tests.support.polling import eventually
from tests.support.run import RunUnderTest, copied_run
from tests.support.running_service import RunningService


@pytest.fixture(scope="module")
def collector() -> Iterator[Collector]:
    with collecting() as collector:
        yield collector


@pytest.fixture(scope="module")
def traced_run(
    planted: Path, tmp_path_factory: pytest.TempPathFactory, collector: Collector
) -> Iterator[RunUnderTest]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
        patch.setenv("OTEL_BSP_SCHEDULE_DELAY", "50")
        patch.setenv("OTEL_TRACES_SAMPLER", "parentbased_always_off")
        with copied_run(planted, tmp_path_factory.mktemp("traced")) as run:
            yield run


async def reserve(
    service: RunningService, session: str, seat: str, trace_parent: str
) -> None:
    headers = {"traceparent": trace_parent, "x-request-id": "traced-hold"}
    async with httpx2.AsyncClient() as http:
        answer = await ask(
            http,
            RESERVE_SEATS,
            {"input": {"sessionId": session, "seatIds": [seat]}},
            token=service.tokens(1)[0],
            url=service.url,
            **headers,
        )
    assert answer.json()["data"]["reserveSeats"]["__typename"] == "Reservation"


async def hold_while_watched(service: RunningService, trace_parent: str) -> None:
    async with service.customer(1) as bruno:
        session, seats = await service.session(bruno)
        async with aclosing(bruno.watch(session)) as updates:
            await anext(updates)
            await reserve(service, session, seats[0], trace_parent)
            assert (await anext(updates))["__typename"] == "SeatMapDelta"


async def test_a_hold_is_one_trace_from_its_request_to_the_delivery(
    traced_run: RunUnderTest, collector: Collector
) -> None:
    trace, caller = token_hex(16), token_hex(8)

    await hold_while_watched(RunningService(traced_run), f"00-{trace}-{caller}-01")

    delivery = [
        "mutation reserveSeats",
        "send ReservationCreated",
        "fanout handles ReservationCreated",
        "publish ReservationCreated",
        "deliver seats",
    ]
    paid = [
        *delivery[:2],
        "payments handles ReservationCreated",
        "send PaymentOpened",
        "fanout handles PaymentOpened",
        "publish PaymentOpened",
    ]

    async def all_are_there() -> bool:
        """Processes export their spans independently, a child before its parent."""
        return {*delivery, *paid} <= {span.name for span in collector.of(trace)}

    await eventually(all_are_there)
    assert collector.path_to(trace, "deliver seats") == delivery
    assert collector.path_to(trace, "publish PaymentOpened") == paid
    assert collector.path_to(trace, "hold_sql.HOLD_GROUP") == [
        delivery[0],
        "hold_sql.HOLD_GROUP",
    ]
    [root] = [span for span in collector.of(trace) if span.parent == caller]
    assert (root.name, root.service) == (delivery[0], "cinema-tickets-api")
    assert root.attributes["request_id"] == "traced-hold"
    redis = [span for span in collector.of(trace) if span.name == "Redis scripts"]
    assert redis and {span.parent for span in redis} == {root.id}


async def test_what_is_not_sampled_leaves_nothing(
    traced_run: RunUnderTest, collector: Collector
) -> None:
    trace = token_hex(16)

    for flagged in ("00", "01"):  # the second one comes after the first has passed
        await hold_while_watched(
            RunningService(traced_run), f"00-{trace}-{token_hex(8)}-{flagged}"
        )

    async def is_there() -> bool:
        return "deliver seats" in {span.name for span in collector.of(trace)}

    await eventually(is_there)
    names = [span.name for span in collector.of(trace)]
    assert names.count("mutation reserveSeats") == 1


async def test_no_span_has_a_parameter_or_a_token(
    traced_run: RunUnderTest, collector: Collector
) -> None:
    service = RunningService(traced_run)
    password = f"secret-{token_hex(8)}"
    entered = {
        "email": f"{password}@cinema.example",
        "password": password,
        "name": "Ana",
    }
    trace = token_hex(16)
    async with httpx2.AsyncClient(timeout=30) as http:
        await ask(
            http,
            SIGN_UP,
            {"input": entered},
            url=service.url,
            traceparent=f"00-{trace}-{token_hex(8)}-01",
        )

    async def is_there() -> bool:
        return bool(collector.of(trace))

    await eventually(is_there)
    assert traced_run.end(signal.SIGTERM) == (0, "")
    assert password.encode() not in collector.received
    assert b"Bearer" not in collector.received
    assert b"eyJ" not in collector.received  # how each access token begins

"""Who is on a socket, and what comes with its acknowledgement."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.support.asgi_socket import AsgiSocket
from tests.support.frames import next_of
from transport import GraphQLWebSocket

GOOD = "Bearer good"
FORBIDDEN = (4403, "Forbidden")
MINE = "subscription { mine }"


@pytest.mark.parametrize(
    ("header", "payload", "viewer"),
    [
        (None, {"authorization": GOOD}, "ann"),
        (None, {"Authorization": GOOD}, "ann"),
        (GOOD, {}, "ann"),
        ("bearer x", {"authorization": GOOD}, "ann"),
        ("bearer x", {"Authorization": GOOD}, "ann"),
        (None, {"authorization": GOOD, "Authorization": "Bearer bad"}, "ann"),
        (GOOD, {"authorization": None}, "ann"),
        ("Basic b3BlbjpzZXNhbWU=", {}, None),
        (None, {"authToken": GOOD}, None),
        (None, {}, None),
    ],
)
async def test_a_token_counts_wherever_it_is_sent(
    app: GraphQLWebSocket,
    header: str | None,
    payload: dict[str, str | None],
    viewer: str | None,
) -> None:
    async with AsgiSocket(app, authorization=header) as socket:
        await socket.init(**payload)
        socket.subscribe("1", MINE)

        assert await socket.receive() == next_of("1", mine=f"{viewer}")


@pytest.mark.parametrize(
    ("header", "payload"),
    [
        ("Bearer bad", {}),
        ((GOOD, "Bearer bad"), {}),
        (GOOD, {"Authorization": "Bearer bad"}),
        (GOOD, {"authorization": "", "Authorization": GOOD}),
    ],
)
async def test_one_that_is_not_valid_is_refused(
    app: GraphQLWebSocket, header: str | tuple[str, ...], payload: dict[str, str]
) -> None:
    async with AsgiSocket(app, authorization=header) as socket:
        socket.send(type="connection_init", payload=payload)

        assert await socket.closed() == FORBIDDEN


async def test_the_capital_is_text_too(app: GraphQLWebSocket) -> None:
    async with AsgiSocket(app) as socket:
        socket.send(type="connection_init", payload={"Authorization": 1})

        assert (await socket.closed())[0] == 4400


async def test_the_clock_comes_with_the_acknowledgement(app: GraphQLWebSocket) -> None:
    async with AsgiSocket(app) as socket:
        acknowledged = await socket.init()

    time = datetime.fromisoformat(acknowledged["serverTime"])
    assert abs(time - datetime.now(UTC)) < timedelta(minutes=1)

import asyncio

from tests.support.asgi_socket import AsgiSocket, settle
from tests.support.frames import complete_of, next_of
from tests.support.metric_growth import growing
from tests.support.transport_schema import SchemaState, schema
from transport import GraphQLWebSocket

SEAT_MAP = "subscription($s: String!) { seatMap(sessionId: $s) { kind position } }"
NUMBERS = "subscription($n: Int!) { numbers(upto: $n) }"


async def test_a_slow_reader_slows_its_own_subscription(state: SchemaState) -> None:
    app = GraphQLWebSocket(
        schema, state.context_of, state.credentials_of, max_messages=10
    )

    async with AsgiSocket(app) as slow, AsgiSocket(app) as quick:
        await slow.init()
        slow.stop_reading()
        slow.subscribe("s", NUMBERS, n=1000)
        await settle()
        pulled = state.pulled

        await quick.init()
        quick.subscribe("q", "{ hello }")
        assert await quick.receive() == next_of("q", hello="hello world")

        slow.read_again()
        for number in range(1000):
            assert await slow.receive() == next_of("s", numbers=number)
        assert await slow.receive() == complete_of("s")

    assert pulled == 10 + 2  # the queue, one being sent, one that waits for room


async def test_a_client_that_only_sends_is_closed(state: SchemaState) -> None:
    app = GraphQLWebSocket(
        schema, state.context_of, state.credentials_of, max_messages=10
    )

    async with AsgiSocket(app) as socket:
        await socket.init()
        socket.stop_reading()
        for _ in range(100):
            socket.send(type="ping")
        with growing("cinema_slow_watchers_total", 1, then="closed"):
            await settle()
        socket.read_again()
        assert await socket.closed() == (1013, "Slow consumer")


async def test_a_frame_is_read_while_nothing_can_be_written(
    app: GraphQLWebSocket, state: SchemaState
) -> None:
    async with AsgiSocket(app) as socket:
        await socket.init()
        socket.stop_reading()
        socket.subscribe("1", "{ hello }")
        socket.subscribe("2", "mutation { touch }")
        await settle()

        assert state.touched == 1


async def test_nothing_is_left_behind(
    app: GraphQLWebSocket, state: SchemaState
) -> None:
    before = asyncio.all_tasks()
    sockets = [AsgiSocket(app) for _ in range(3)]
    for number, socket in enumerate(sockets):
        await socket.__aenter__()
        await socket.init()
        socket.subscribe("seats", SEAT_MAP, s="1")
        await socket.receive()
        socket.subscribe("mine", "subscription { mine }")
        await socket.receive()
        socket.stop_reading()
        socket.subscribe("numbers", NUMBERS, n=1000)
        await settle()
        assert len(app) == number + 1
    assert len(state.watchers) == 1

    for socket in sockets:
        await socket.disconnect()

    assert len(app) == 0
    assert len(app.shared_maps) == 0
    assert state.watchers == set()
    assert asyncio.all_tasks() == before


async def test_completing_ends_the_execution(
    app: GraphQLWebSocket, state: SchemaState
) -> None:
    async with AsgiSocket(app) as socket:
        await socket.init()
        before = asyncio.all_tasks()
        socket.subscribe("seats", SEAT_MAP, s="1")
        await socket.receive()
        socket.send(id="seats", type="complete")
        socket.send(id="nobody's", type="complete")
        await settle()

        assert state.watchers == set()
        assert asyncio.all_tasks() == before
        assert socket.unread() == 0


async def test_what_waits_for_a_completed_operation_is_dropped(
    app: GraphQLWebSocket,
) -> None:
    async with AsgiSocket(app) as socket:
        await socket.init()
        socket.stop_reading()
        socket.subscribe("1", NUMBERS, n=1000)
        await settle()
        socket.send(id="1", type="complete")
        socket.subscribe("1", "{ hello }")
        await settle()
        socket.read_again()

        # The first was already being sent.
        assert await socket.receive() == next_of("1", numbers=0)
        assert await socket.receive() == next_of("1", hello="hello world")
        assert await socket.receive() == complete_of("1")

"""What a quiet socket keeps."""

import gc
import tracemalloc
from contextlib import AsyncExitStack

from tests.support.asgi_socket import AsgiSocket, settle
from tests.support.transport_schema import SchemaState
from transport import GraphQLWebSocket
from transport.outgoing_queue import OutgoingQueue
from transport.shared_maps.watcher import Watcher

MAP = 'subscription { seatMap(sessionId: "1") { text } }'
CHARACTERS = 1_000_000
SOCKETS = 6
WATCHERS = 100


async def test_a_socket_keeps_no_message_that_it_has_sent(
    app: GraphQLWebSocket, state: SchemaState
) -> None:
    state.text = "x" * CHARACTERS
    async with AsyncExitStack() as stack:
        sockets = [
            await stack.enter_async_context(AsgiSocket(app)) for _ in range(SOCKETS)
        ]
        for socket in sockets:
            await socket.init()
        tracemalloc.start()
        try:
            for socket in sockets:
                socket.subscribe("map", MAP)
                await socket.receive()
            await settle()
            gc.collect()
            kept, _ = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()

    # All share the map that the next watcher is sent; none has one of its own.
    assert kept < 2 * CHARACTERS


async def test_a_queue_and_a_watcher_without_work_take_little() -> None:
    """Each of their signals would take 700 bytes more as an asyncio.Event."""
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        watchers = [Watcher(OutgoingQueue().outbox("1")) for _ in range(WATCHERS)]
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert len(watchers) == WATCHERS
    assert after - before < WATCHERS * 1_500

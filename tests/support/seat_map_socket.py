"""Watches the seat map of transport_schema over a socket."""

from typing import Any

from tests.support.asgi_socket import AsgiSocket, settle

SEAT_MAP = """subscription($s: String!, $a: String) {
  seatMap(sessionId: $s, after: $a) { kind position text }
}"""


async def watch(
    socket: AsgiSocket, session: str = "1", query: str = SEAT_MAP, **variables: Any
) -> None:
    await socket.init()
    socket.subscribe("1", query, s=session, **variables)


async def received(socket: AsgiSocket, count: int) -> list[tuple[str, int]]:
    frames = [await socket.receive() for _ in range(count)]
    maps = [frame["payload"]["data"]["seatMap"] for frame in frames]
    return [(each["kind"], each["position"]) for each in maps]


async def all_received(socket: AsgiSocket) -> list[tuple[str, int]]:
    await settle()
    return await received(socket, socket.unread())


def deltas(first: int, last: int) -> list[tuple[str, int]]:
    return [("delta", position) for position in range(first, last + 1)]

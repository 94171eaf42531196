"""Updates of our own that a page takes for those of the API."""

import json
from collections.abc import Iterable

from playwright.async_api import Page, WebSocketRoute


class SeatUpdates:
    """Begins with the next map that the page opens."""

    def __init__(self) -> None:
        self._socket: WebSocketRoute | None = None
        self._subscription = ""
        self._position = ""
        self._version = 10**9  # newer than whatever the API sends

    async def attach(self, page: Page) -> None:
        await page.route_web_socket("**/graphql", self._connect)

    def _connect(self, socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()

        def from_server(message: str | bytes) -> None:
            frame = json.loads(message)
            if frame["type"] == "next" and "seatMap" in frame["payload"]["data"]:
                self._socket, self._subscription = socket, frame["id"]
                self._position = frame["payload"]["data"]["seatMap"]["position"]
            socket.send(message)

        server.on_message(from_server)

    def send(self, seats: Iterable[str], status: str) -> None:
        """In one update."""
        if not self._socket:
            raise RuntimeError("The page has no map yet.")
        self._version += 1
        news = [
            {"id": seat, "status": status, "version": self._version, "heldUntil": None}
            for seat in seats
        ]
        delta = {
            "__typename": "SeatMapDelta",
            "position": self._position,
            "seats": news,
        }
        payload = {"data": {"seatMap": delta}}
        frame = {"id": self._subscription, "type": "next", "payload": payload}
        self._socket.send(json.dumps(frame))

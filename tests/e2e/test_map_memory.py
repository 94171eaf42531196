"""The live map over many updates: it keeps no memory of them."""

import json

from playwright.async_api import CDPSession, Page, WebSocketRoute, expect

from tests.support.running_service import Customer
from tests.support.seat_map_page import Enter, a_session, free_seats

WARM_UP, MANY, AT_ONCE = 500, 10_000, 250
SEATS_EACH = 3
# Whatever stays of each update would be more: one node or listener, or 200 bytes.
MOST_GROWTH = {"Nodes": 100, "JSEventListeners": 100, "JSHeapUsedSize": 2_000_000}


class Feed:
    """Sends updates of its own between those of the API."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._subscription = ""
        self._position = ""
        self._socket: WebSocketRoute | None = None
        self._version = 10**9

    async def open(self) -> None:
        await self._page.route_web_socket("**/graphql", self._connect)
        await self._page.reload()
        await expect(self._page.locator(".map.live")).to_be_visible()

    def _connect(self, socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()

        def from_server(message: str | bytes) -> None:
            frame = json.loads(message)
            if frame["type"] == "next" and "seatMap" in frame["payload"]["data"]:
                self._socket, self._subscription = socket, frame["id"]
                self._position = frame["payload"]["data"]["seatMap"]["position"]
            socket.send(message)

        server.on_message(from_server)

    def send(self, seats: list[str], status: str) -> None:
        assert self._socket
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


async def fold(page: Page, feed: Feed, seats: list[str], count: int) -> None:
    """Sends so many updates, and waits for them in between: a flood ends the socket."""
    marker, others = seats[0], seats[1:]
    for number in range(count):
        first = number % (len(others) - SEATS_EACH)
        status = "BLOCKED" if number // len(others) % 2 else "AVAILABLE"
        feed.send(others[first : first + SEATS_EACH], status)
        if number % AT_ONCE == AT_ONCE - 1:
            is_blocked = number // AT_ONCE % 2 == 0
            feed.send([marker], "BLOCKED" if is_blocked else "AVAILABLE")
            await expect(page.locator(f"#seat-{marker}")).to_have_attribute(
                "aria-disabled", str(is_blocked).lower()
            )


async def measured(cdp: CDPSession) -> dict[str, int]:
    await cdp.send("HeapProfiler.collectGarbage")
    metrics = (await cdp.send("Performance.getMetrics"))["metrics"]
    return {
        each["name"]: int(each["value"])
        for each in metrics
        if each["name"] in MOST_GROWTH
    }


async def test_memory_is_the_same_after_10_000_updates(
    enter: Enter, ana: Customer
) -> None:
    page = await enter(await a_session(ana, 90), 30)
    feed = Feed(page)
    await feed.open()
    marks = await free_seats(page).all()
    ids = [await mark.get_attribute("id") or "" for mark in marks[:20]]
    seats = [each.removeprefix("seat-") for each in ids]
    cdp = await page.context.new_cdp_session(page)
    for domain in ("Performance", "HeapProfiler"):
        await cdp.send(f"{domain}.enable")
    await fold(page, feed, seats, WARM_UP)
    before = await measured(cdp)
    await fold(page, feed, seats, MANY)
    after = await measured(cdp)

    grown = {name: after[name] - before[name] for name in MOST_GROWTH}
    assert all(grown[name] <= most for name, most in MOST_GROWTH.items()), grown

"""The live map over many updates: it keeps no memory of them."""

from playwright.async_api import CDPSession, Page, expect

from loadtest.seat_updates import SeatUpdates
from tests.support.running_service import Customer
from tests.support.seat_map_page import Enter, a_session, free_seats

WARM_UP, MANY, AT_ONCE = 500, 10_000, 250
SEATS_EACH = 3
# Whatever stays of each update would be more: one node or listener, or 200 bytes.
MOST_GROWTH = {"Nodes": 100, "JSEventListeners": 100, "JSHeapUsedSize": 2_000_000}


async def fold(page: Page, updates: SeatUpdates, seats: list[str], count: int) -> None:
    """Sends so many updates, and waits for them in between: a flood ends the socket."""
    marker, others = seats[0], seats[1:]
    for number in range(count):
        first = number % (len(others) - SEATS_EACH)
        status = "BLOCKED" if number // len(others) % 2 else "AVAILABLE"
        updates.send(others[first : first + SEATS_EACH], status)
        if number % AT_ONCE == AT_ONCE - 1:
            is_blocked = number // AT_ONCE % 2 == 0
            updates.send([marker], "BLOCKED" if is_blocked else "AVAILABLE")
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
    updates = SeatUpdates()
    await updates.attach(page)
    await page.reload()
    await expect(page.locator(".map.live")).to_be_visible()
    marks = await free_seats(page).all()
    ids = [await mark.get_attribute("id") or "" for mark in marks[:20]]
    seats = [each.removeprefix("seat-") for each in ids]
    cdp = await page.context.new_cdp_session(page)
    for domain in ("Performance", "HeapProfiler"):
        await cdp.send(f"{domain}.enable")
    await fold(page, updates, seats, WARM_UP)
    before = await measured(cdp)
    await fold(page, updates, seats, MANY)
    after = await measured(cdp)

    grown = {name: after[name] - before[name] for name in MOST_GROWTH}
    assert all(grown[name] <= most for name, most in MOST_GROWTH.items()), grown

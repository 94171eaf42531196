"""The live map of a session in a browser, and the way to a reservation."""

import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from playwright.async_api import Browser, BrowserContext, Locator, Page, expect

from loadtest.documents import SEAT_MAP
from persistence.postgres.pool import Pool
from seeds.people import LOAD_CUSTOMERS
from tests.support.browser import PATIENCE_MS
from tests.support.cinema import postpone_expiry
from tests.support.running_service import Customer, RunningService

Enter = Callable[[str, int], Awaitable[Page]]

SESSIONS = """query ($after: DateTime!) {
  sessions(first: 100, filter: {startsAfter: $after}) {
    edges { node { id room { capacity } } }
  }
}"""
COMING = """query ($after: DateTime!) {
  sessions(first: 1, filter: {startsAfter: $after}) {
    edges { node { id startsAtLocal cinema { id } } }
  }
}"""


@asynccontextmanager
async def entering(browser: Browser, service: RunningService) -> AsyncIterator[Enter]:
    """Opens the live map of a session for a customer, by their number."""
    async with AsyncExitStack() as contexts:
        expect.set_options(timeout=PATIENCE_MS)

        async def enter(session: str, customer: int) -> Page:
            context = await browser.new_context(locale="en", reduced_motion="reduce")
            contexts.push_async_callback(context.close)
            context.set_default_timeout(PATIENCE_MS)
            await sign_in(context, service, customer)
            page = await context.new_page()
            await open_map(page, f"{service.address}/sessions/{session}")
            return page

        yield enter


async def sign_in(
    context: BrowserContext, service: RunningService, customer: int
) -> None:
    """For the pages that it opens from now on."""
    await keep_token(context, service.tokens(customer + 1)[customer])


async def keep_token(context: BrowserContext, token: str) -> None:
    """Of the customer who is signed in."""
    later = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    kept = {"accessToken": token, "refreshToken": "", "expiresAt": later}
    await context.add_init_script(
        f"localStorage.setItem('shop:tokens', {json.dumps(json.dumps(kept))})"
    )


async def open_map(page: Page, address: str) -> None:
    await page.goto(address)
    await expect(page.locator(".map.live")).to_be_visible()


def free_seats(page: Page) -> Locator:
    return page.get_by_role("gridcell", name=re.compile(", free,"))


async def name_of(seat: Locator) -> str:
    """Row and number: how it is called whatever its state."""
    label = await seat.get_attribute("aria-label") or ""
    return ", ".join(label.split(", ")[:2]) + ","


async def a_session(customer: Customer, capacity: int) -> str:
    after = (datetime.now(UTC) + timedelta(days=2)).isoformat()
    listed = await customer.ask(SESSIONS, after=after.replace("+00:00", "Z"))
    nodes = [edge["node"] for edge in listed["sessions"]["edges"]]
    found = next(node for node in nodes if node["room"]["capacity"] >= capacity)
    return str(found["id"])


async def session_to_come(customer: Customer) -> dict[str, Any]:
    """The first in three days, with its day and its cinema."""
    after = (datetime.now(UTC) + timedelta(days=3)).isoformat()
    listed = await customer.ask(COMING, after=after.replace("+00:00", "Z"))
    return dict(listed["sessions"]["edges"][0]["node"])


async def buy(customer: Customer, pool: Pool, count: int) -> None:
    """The first free seats of the session to come."""
    session = (await session_to_come(customer))["id"]
    seats = (await customer.ask(SEAT_MAP, id=session))["seatMap"]["seats"]
    free = [seat["id"] for seat in seats if seat["status"] == "AVAILABLE"]
    held = await customer.reserve(session, *free[:count])
    await postpone_expiry(pool, UUID(held["id"]))
    await customer.approve(await customer.payment_of(held["id"]))


async def choose(page: Page, number: int) -> None:
    """The free seat with this number, from 0."""
    seat = page.get_by_role(
        "gridcell", name=await name_of(free_seats(page).nth(number))
    )
    await seat.click()
    await expect(seat).to_have_attribute("aria-selected", "true")


async def press_hold(page: Page) -> None:
    await page.get_by_role("button", name="Hold seats").click()


def pay_button(page: Page) -> Locator:
    return page.get_by_role("button", name=re.compile("^Pay "))


def heading(page: Page, name: str) -> Locator:
    return page.get_by_role("heading", name=name)


async def reservation_on(page: Page) -> UUID:
    await page.wait_for_url("**/reservations/*")
    return UUID(page.url.rpartition("/")[2])


async def held_on(page: Page, pool: Pool) -> UUID:
    """The reservation of the page, whose hold survives a slow test."""
    reservation = await reservation_on(page)
    await postpone_expiry(pool, reservation)
    await page.reload()
    return reservation


async def reservations(pool: Pool, session: str, customer: int) -> list[UUID]:
    rows = await pool.fetch(
        "SELECT id FROM reservations WHERE session_id = $1 AND customer_id = $2"
        " ORDER BY created_at",
        UUID(session),
        LOAD_CUSTOMERS[customer].id,
    )
    return [row["id"] for row in rows]


async def seats_of(pool: Pool, reservation: UUID) -> list[str]:
    """Also when it is over."""
    rows = await pool.fetch(
        "SELECT session_seat_id FROM claims WHERE reservation_id = $1", reservation
    )
    return [str(row["session_seat_id"]) for row in rows]

"""The page asks for nothing twice on the way from the movies to the tickets."""

from collections.abc import AsyncIterator
from urllib.parse import urlencode

import pytest
from playwright.async_api import Browser, Page, expect

from persistence.postgres.pool import Pool
from tests.support.browser import PATIENCE_MS
from tests.support.cinema import postpone_expiry
from tests.support.questions import Questions, twice
from tests.support.running_service import Customer, RunningService
from tests.support.seat_map_page import (
    choose,
    heading,
    pay_button,
    press_hold,
    reservation_on,
    session_to_come,
    sign_in,
)

# What is asked again because the socket has brought nothing so far: on a slow machine.
NO_POLLS = """const every = setInterval;
globalThis.setInterval = (work, pause, ...more) =>
  pause < 4000 ? every(work, pause, ...more) : 0;"""
REPEATED = "Availability"  # every 15 seconds

# In the order in which they are visited, each with a part that shows its data.
PLACES = {
    "movies": ".movies .session",
    "movie": ".movie.alone + section .session",
    "session": ".map.live",
    "reservation": ".reservation",
    "tickets": ".bought",
}


@pytest.fixture
async def page(shop_browser: Browser, service: RunningService) -> AsyncIterator[Page]:
    context = await shop_browser.new_context(locale="en", reduced_motion="reduce")
    context.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    await context.add_init_script(NO_POLLS)
    await sign_in(context, service, 31)
    yield await context.new_page()
    await context.close()


async def buy(page: Page, questions: Questions, pool: Pool) -> None:
    """From the movies of a day to the tickets, with a reload on the way."""
    title = page.locator(".movie h2 a").first
    await expect(title).to_be_visible()
    await questions.settled()
    questions.begin("movie")
    await title.click()
    session = page.locator("a.session").last
    await expect(session).to_be_visible()
    await questions.settled()
    questions.begin("session")
    await session.click()
    await expect(page.locator(".map.live")).to_be_visible()
    await choose(page, 15)
    await questions.settled()
    questions.begin("hold")
    await press_hold(page)
    await postpone_expiry(pool, await reservation_on(page))
    await expect(pay_button(page)).to_be_visible()
    await questions.settled()
    assert len(questions.sockets) == 1
    questions.begin("reload")
    await page.reload()
    await pay_button(page).click()
    await expect(heading(page, "Enjoy the movie")).to_be_visible()
    await questions.settled()
    questions.begin("tickets")
    await page.get_by_role("link", name="My tickets").first.click()
    await expect(page.locator(".ticket").first).to_be_visible()
    await questions.settled()


async def test_nothing_is_asked_for_twice(
    page: Page, service: RunningService, ana: Customer, live_pool: Pool
) -> None:
    coming = await session_to_come(ana)
    query = urlencode(
        {"cinema": coming["cinema"]["id"], "day": coming["startsAtLocal"][:10]}
    )
    questions = Questions(page)
    questions.begin("movies")
    await page.goto(f"{service.address}/?{query}")
    await buy(page, questions, live_pool)
    for name, go in (("back", page.go_back), ("forward", page.go_forward)):
        places = list(PLACES)[1:] if name == "forward" else list(PLACES)[-2::-1]
        for place in places:
            questions.begin(f"{name} to {place}")
            await go()
            await expect(page.locator(PLACES[place]).first).to_be_visible()
            await questions.settled()
    asked = [each for each in questions.asked if each.document != REPEATED]
    assert twice(asked) == []
    # The reload has forgotten them.
    assert [each.step for each in asked if each.document == "Cinemas"] == [
        "movies",
        "back to movie",
    ]

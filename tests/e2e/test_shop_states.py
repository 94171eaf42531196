"""States of the page for customers that are rare, by the rules of axe-core."""

import pytest
from playwright.async_api import Page, expect

from tests.support.changed_answers import Answers, Data, refusal, with_half_prices
from tests.support.page_rules import has_no_fault
from tests.support.running_service import Customer, RunningService
from tests.support.seat_map_page import (
    a_session,
    free_seats,
    heading,
    open_map,
    press_hold,
    session_to_come,
    sign_in,
)


@pytest.mark.parametrize("path", ["/", "/movies/1", "/sessions/1"])
async def test_an_api_that_does_not_answer(
    page: Page, service: RunningService, path: str
) -> None:
    await page.route("**/graphql", lambda route: route.abort())
    await page.goto(service.address + path)
    await expect(page.get_by_role("alert")).to_contain_text("There is no connection.")
    await has_no_fault(page)
    await page.unroute("**/graphql")
    await page.get_by_role("button", name="Try again").click()
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    await expect(page.get_by_role("alert")).to_have_count(0)


def without_sessions(data: Data) -> None:
    data["sessions"]["edges"] = []
    data["sessions"]["pageInfo"]["hasNextPage"] = False


async def test_a_programme_with_nothing_in_it(
    page: Page, service: RunningService, answers: Answers, ana: Customer
) -> None:
    found = await ana.ask("{ movies(first: 1) { edges { node { id } } } }")
    of_movie = f"/movies/{found['movies']['edges'][0]['node']['id']}"
    await answers.change("Programme", without_sessions)
    await page.goto(service.address)
    await expect(page.get_by_text("No more sessions on")).to_be_visible()
    await has_no_fault(page)
    await page.goto(service.address + of_movie)
    await expect(page.get_by_text("does not show the movie")).to_be_visible()
    await has_no_fault(page)
    await answers.give("Cinemas", {"cinemas": {"edges": []}})
    for path in ("/", of_movie):
        await page.goto(service.address + path)
        await expect(page.get_by_text("There is no cinema here yet.")).to_be_visible()
        await has_no_fault(page)


async def test_a_search_that_finds_a_movie_of_another_day(
    page: Page, service: RunningService, answers: Answers, ana: Customer
) -> None:
    found = await ana.ask("{ movies(first: 1) { edges { node { title } } } }")
    await answers.change("Programme", without_sessions)
    await page.goto(service.address)
    title = found["movies"]["edges"][0]["node"]["title"]
    await page.get_by_label("Search movies").fill(title)
    await expect(heading(page, "On other days")).to_be_visible()
    await has_no_fault(page)


async def test_a_session_that_does_not_take_place(
    page: Page, service: RunningService, answers: Answers, ana: Customer
) -> None:
    session = (await session_to_come(ana))["id"]
    await answers.change(
        "SessionPage", lambda data: data["session"].update(status="CANCELLED")
    )
    await page.goto(f"{service.address}/sessions/{session}")
    await expect(page.get_by_text("This session does not take place.")).to_be_visible()
    await has_no_fault(page)


async def test_what_the_map_says_of_seats_that_cannot_be_had(
    page: Page, service: RunningService, answers: Answers, ana: Customer
) -> None:
    await sign_in(page.context, service, 30)
    await answers.change(
        "SessionPage", lambda data: with_half_prices(data["session"]["prices"])
    )
    await open_map(page, f"{service.address}/sessions/{await a_session(ana, 90)}")
    notice = page.get_by_role("alert")
    for _ in range(9):
        await free_seats(page).nth(3).press("Space")
    await press_hold(page)
    await expect(notice).to_contain_text("up to 8 seats")  # says the server
    await expect(page.locator(".choice-seats select").first).to_be_visible()
    await has_no_fault(page)
    seats = [await seat_on(page, number) for number in range(4)]
    gone = [seat | {"status": "SOLD"} for seat in seats[2:]]
    for refused, text in (
        (refusal("OrphanLeft", orphans=seats[:1], better=seats[1:2]), "would leave"),
        (refusal("SessionClosed"), "for a reason"),
        (refusal("SeatsUnavailable", seats=gone), "was faster"),
    ):
        await answers.give("ReserveSeats", {"reserveSeats": refused})
        await press_hold(page)
        await expect(notice).to_contain_text(text)
        await has_no_fault(page)
    apart = refusal("NotEnoughSeats", available=9, largestTogether=1)
    await answers.give("ReserveBestSeats", {"reserveBestSeats": apart})
    await page.get_by_role("button", name="Best seats", exact=True).click()
    await page.get_by_role("button", name="Hold the 2 best").click()
    await expect(page.get_by_role("button", name="in several places")).to_be_visible()
    await has_no_fault(page)


async def seat_on(page: Page, number: int) -> Data:
    """The free seat with this number, as the API sends it, and newer than any."""
    node = await free_seats(page).nth(number).get_attribute("id") or ""
    seat = node.removeprefix("seat-")
    return {"id": seat, "version": 1000, "status": "AVAILABLE", "heldUntil": None}

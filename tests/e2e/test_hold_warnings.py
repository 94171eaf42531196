"""What a screen reader says of the time that a hold has left."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from playwright.async_api import Page, expect

from persistence.postgres.pool import Pool
from tests.support.changed_answers import Answers, Data, silence_socket
from tests.support.cinema import expire_hold
from tests.support.running_service import Customer
from tests.support.seat_map_page import (
    Enter,
    a_session,
    choose,
    heading,
    held_on,
    pay_button,
    press_hold,
)

# All that live regions say from now on. The timer is none: it changes each second.
LISTEN = """() => {
  window.said = [];
  const regions = "[role=alert], [role=status], [aria-live]:not([aria-live=off])";
  new MutationObserver((changes) => {
    const changed = changes.map(({target}) => target.parentElement?.closest(regions)
      ?? target.closest?.(regions));
    for (const region of new Set(changed)) {
      if (region?.textContent) window.said.push(region.textContent);
    }
  }).observe(document.body, {subtree: true, childList: true, characterData: true});
}"""
AT_20 = "20 seconds left. You can ask for more time."
AT_10 = "10 seconds left. You can ask for more time."


async def said(page: Page) -> list[str]:
    found: list[str] = await page.evaluate("window.said.splice(0)")
    return found


async def seconds_left(page: Page) -> int:
    minutes, _, seconds = (await page.get_by_role("timer").inner_text()).partition(":")
    return int(minutes) * 60 + int(seconds)


async def run_until(page: Page, seconds: int) -> None:
    """So many are left: each second of the page's clock comes, in no time."""
    await page.clock.run_for((await seconds_left(page) - seconds) * 1000)


@dataclass
class Ending:
    """What the page learns of the end of a hold, which is an hour later."""

    end: datetime | None = None

    def is_near(self, data: Data) -> None:
        now = datetime.fromisoformat(data["serverTime"])
        self.end = self.end or now + timedelta(seconds=60)
        data["reservation"]["expiresAt"] = self.end.isoformat()

    def is_later(self, data: Data) -> None:
        assert self.end
        later = self.end + timedelta(seconds=30)
        data["extendReservation"]["expiresAt"] = later.isoformat()


async def test_the_end_of_a_hold_is_said_at_20_and_at_10_seconds_and_at_zero(
    enter: Enter, ana: Customer, live_pool: Pool
) -> None:
    page = await enter(await a_session(ana, 90), 34)
    await choose(page, 31)
    await press_hold(page)
    reservation = await held_on(page, live_pool)
    answers, ending = Answers(page), Ending()
    await silence_socket(page)
    await answers.change("Reservation", ending.is_near)
    await answers.change("ExtendReservation", ending.is_later)
    await page.clock.install()
    await page.reload()
    await expect(pay_button(page)).to_have_attribute("aria-disabled", "false")
    await answers.lose("Reservation")  # the server knows that there is more time
    await page.clock.pause_at(datetime.now(UTC) + timedelta(seconds=5))
    await page.evaluate(LISTEN)

    await run_until(page, 21)
    assert await said(page) == []
    await run_until(page, 20)
    assert await said(page) == [AT_20]
    await run_until(page, 11)
    assert await said(page) == []
    await run_until(page, 10)
    assert await said(page) == [AT_10]
    await run_until(page, 5)
    await page.get_by_role("button", name="More time").click()
    await expect(page.get_by_role("timer")).to_have_text("0:35")
    await expect(page.locator(".timer.urgent")).to_have_count(0)
    assert await said(page) == []
    await run_until(page, 1)
    assert await said(page) == [AT_20, AT_10]

    await run_until(page, 0)
    assert await said(page) == ["The time is over."]
    await expire_hold(live_pool, reservation)
    await page.unroute_all(behavior="ignoreErrors")
    await page.clock.resume()
    await expect(heading(page, "The time is over")).to_be_visible()
    await expect(page.get_by_role("status")).to_contain_text("free for others again")
    await expect(page.get_by_role("button", name="Hold the same")).to_be_visible()

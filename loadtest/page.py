"""The page in Chromium: how soon it can be used, and what an update of a map costs."""

import asyncio
import http.client
import json
from collections.abc import Mapping
from statistics import median
from urllib.parse import parse_qs, urlsplit
from urllib.request import urlopen

from playwright.async_api import Browser, CDPSession, Page

from loadtest import chromium, plan
from loadtest.api_client import ApiClient, SessionOnSale
from loadtest.comparison import SLOWER, UPDATE
from loadtest.report import Report
from loadtest.seat_updates import SeatUpdates
from loadtest.target import Target, find

Figures = dict[str, float]

DAYS = ".days a"
SESSIONS = "a.session"
MAP = ".map.live"
# When a frame with it is on the screen, and the page does nothing else any more.
SAY_WHEN_USABLE = """new MutationObserver((_, observer) => {
  if (!document.querySelector(%s)) return;
  observer.disconnect();
  const say = () => console.log("usable", performance.now());
  requestAnimationFrame(() => setTimeout(say));
}).observe(document, { subtree: true, childList: true, attributes: true });"""
FIRST_PAINT = """new Promise((resolve) => new PerformanceObserver((list) => {
  const [paint] = list.getEntriesByName("first-contentful-paint");
  if (paint) resolve(paint.startTime);
}).observe({ type: "paint", buffered: true }))"""
SEATS = "marks => marks.map(({ id }) => id.slice('seat-'.length))"
# Chromium's names for what the main thread did.
COSTS = {
    "thread": "TaskDuration",
    "script": "ScriptDuration",
    "style": "RecalcStyleDuration",
    "layout": "LayoutDuration",
}


def run(environ: Mapping[str, str], users: int) -> Report:
    """`users` visit each page, one after the other, each for the first time."""
    title = f"Page: {users} first visits of each"
    found = chromium.installed()
    if not found:
        return Report(title, [], ["There is no Chromium: `make test` fetches one."], [])
    target = find(environ, 1)
    if not _has_page(target):
        return Report(title, [], ["It has no page, or the page is not built."], [])
    session = ApiClient(target).find_session(plan.UPDATED_SEATS)
    rows = asyncio.run(_measure(found, target, session, users))
    remarks = [
        f"{name}: {', '.join(f'{field} {ms:,.1f}' for field, ms in row.items())} ms"
        for name, row in rows.items()
    ]
    remarks.append(f"The map: {session.name}, {len(session.seats)} free seats.")
    return Report(title, [], remarks, [], {"latency_ms": rows})


def _has_page(target: Target) -> bool:
    try:
        with urlopen(f"{target.origin}/", timeout=30) as page:  # noqa: S310 - loopback
            return b'id="shop"' in page.read()
    except (OSError, http.client.HTTPException):
        return False


async def _measure(
    found: chromium.Installed, target: Target, session: SessionOnSale, visits: int
) -> dict[str, Figures]:
    room = f"{target.origin}/sessions/{session.id}"
    async with chromium.launched(found) as browser:
        day = await _day_to_come(browser, target)
        return {
            f"movies, {SLOWER}": await _visited(browser, day, SESSIONS, visits),
            f"map, {SLOWER}": await _visited(browser, room, MAP, visits),
            UPDATE: await _updated(browser, room, 1),
            f"{UPDATE}, {SLOWER}": await _updated(browser, room, plan.SLOWER),
        }


async def _opened(browser: Browser, slower: int = 1) -> tuple[Page, CDPSession]:
    """In a context of its own: nothing is in its cache."""
    context = await browser.new_context(locale="en")
    context.set_default_timeout(plan.BROWSER_MS)
    page = await context.new_page()
    cdp = await context.new_cdp_session(page)
    await cdp.send("Emulation.setCPUThrottlingRate", {"rate": slower})
    return page, cdp


async def _day_to_come(browser: Browser, target: Target) -> str:
    """Tomorrow: today may have no sessions left. No cinema, as in a first visit."""
    page, _ = await _opened(browser)
    await page.goto(target.origin)
    tomorrow = page.locator(DAYS).nth(1)
    [day] = parse_qs(urlsplit(await tomorrow.get_attribute("href") or "").query)["day"]
    await page.context.close()
    return f"{target.origin}/?day={day}"


async def _visited(browser: Browser, address: str, ready: str, visits: int) -> Figures:
    """Since the navigation began. The first visit warms the server, and is left out."""
    times = [await _visit(browser, address, ready) for _ in range(visits + 1)][1:]
    return {
        "first paint": median(paint for paint, _ in times),
        "usable": median(usable for _, usable in times),
        "latest": max(usable for _, usable in times),
    }


async def _visit(browser: Browser, address: str, ready: str) -> tuple[float, float]:
    page, _ = await _opened(browser, plan.SLOWER)
    await page.add_init_script(SAY_WHEN_USABLE % json.dumps(ready))
    async with page.expect_console_message(
        lambda message: message.text.startswith("usable")
    ) as said:
        await page.goto(address, wait_until="commit")
    usable = float((await said.value).text.split()[1])
    paint = float(await page.evaluate(FIRST_PAINT))
    await page.context.close()
    return paint, usable


async def _updated(browser: Browser, address: str, slower: int) -> Figures:
    """CPU of the main thread, without what it uses while nothing happens."""
    page, cdp = await _opened(browser, slower)
    updates = SeatUpdates()
    await updates.attach(page)
    await page.goto(address)
    await page.locator(MAP).wait_for()
    ids = await page.locator("[id^=seat-]").evaluate_all(SEATS)
    changed = ids[: plan.UPDATED_SEATS]
    await cdp.send("Performance.enable", {"timeDomain": "threadTicks"})
    await asyncio.sleep(plan.PAGE_SETTLING_SECONDS)
    nothing, costs = [], []
    for number in range(plan.UPDATES):
        nothing.append(await _cost(cdp))
        updates.send(changed, "AVAILABLE" if number % 2 else "BLOCKED")
        costs.append(await _cost(cdp))
    await page.locator(f"[id=seat-{changed[-1]}][aria-disabled=true]").wait_for()
    await page.context.close()
    used = {
        name: [each[name] - median(idle[name] for idle in nothing) for each in costs]
        for name in COSTS
    }
    medians = {name: median(values) for name, values in used.items()}
    return {**medians, "worst": max(used["thread"])}


async def _cost(cdp: CDPSession) -> Figures:
    """Of the next moments, in milliseconds."""
    before = await _spent(cdp)
    await asyncio.sleep(plan.UPDATE_SECONDS)
    after = await _spent(cdp)
    return {name: (after[name] - before[name]) * 1000 for name in COSTS}


async def _spent(cdp: CDPSession) -> Figures:
    metrics = (await cdp.send("Performance.getMetrics"))["metrics"]
    by_name = {each["name"]: float(each["value"]) for each in metrics}
    return {name: by_name[metric] for name, metric in COSTS.items()}

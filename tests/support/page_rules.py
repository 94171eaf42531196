"""Rules that each state of the page for customers has to keep, light and dark."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Browser, Page, ViewportSize, expect

from tests.support.browser import PATIENCE_MS
from tests.support.run import ROOT

AXE = ROOT / "tests/browser/node_modules/axe-core/axe.min.js"
# What it finds: the rule, where, and what to do.
RUN = """async () => {
  const {violations} = await axe.run({runOnly: [
    "wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice",
  ]});
  return violations.flatMap(({id, nodes}) => nodes.slice(0, 3).map(
    ({html, failureSummary}) => [id, html.slice(0, 200), failureSummary],
  ));
}"""
# Less than any phone: a page of 1280 pixels at 400 % zoom (WCAG 1.4.10).
NARROW: ViewportSize = {"width": 320, "height": 700}
WIDER = "document.documentElement.scrollWidth - innerWidth"
SPILLING = """[...document.querySelectorAll("main :is(.session, .button, .card)")]
  .filter((part) => part.scrollWidth > part.clientWidth + 1)
  .map((part) => part.outerHTML.slice(0, 200))"""


CUT_OFF = """() => [...document.querySelectorAll("body *")].filter((node) => {
  if (node.closest(".unseen, .map-window, svg")) return false;
  const {overflowX, overflowY} = getComputedStyle(node);
  return (overflowX === "hidden" && node.scrollWidth > node.clientWidth + 1)
    || (overflowY === "hidden" && node.scrollHeight > node.clientHeight + 1);
}).map((node) => node.outerHTML.slice(0, 200))"""


def require_axe() -> None:
    """Skips the test without it."""
    if not AXE.is_file():
        missing = "No axe-core: `make test` installs it, or says why it cannot."
        if os.environ.get("REQUIRE_BROWSER"):
            pytest.fail(missing)
        pytest.skip(missing)


@asynccontextmanager
async def narrow_page(browser: Browser) -> AsyncIterator[Page]:
    require_axe()
    context = await browser.new_context(
        locale="en", viewport=NARROW, reduced_motion="reduce"
    )
    context.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    page = await context.new_page()
    yield page
    # An answer that is being changed meanwhile is no fault.
    await page.unroute_all(behavior="ignoreErrors")
    await context.close()


async def has_no_fault(page: Page) -> None:
    """By axe-core, and nothing is wider than the window, which becomes narrow."""
    await page.set_viewport_size(NARROW)
    if AXE.is_file():
        await page.evaluate(AXE.read_text())
        for scheme in ("light", "dark"):
            await page.emulate_media(color_scheme=scheme)
            faults = await page.evaluate(RUN)
            assert faults == [], f"{scheme}: {faults}"
    await has_room(page)


async def has_room(page: Page) -> None:
    """Nothing is cut off, or wider than its place."""
    assert await page.evaluate(WIDER) <= 0
    for fault in (SPILLING, CUT_OFF):
        found = await page.evaluate(fault)
        assert found == [], found


async def open_all(page: Page) -> None:
    for summary in await page.locator("main summary").all():
        await summary.click()

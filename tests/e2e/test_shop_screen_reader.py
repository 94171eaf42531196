"""What a screen reader finds on the page: the accessibility tree of Chromium."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from persistence.postgres.pool import Pool
from tests.support.browser import PATIENCE_MS
from tests.support.running_service import Customer, RunningService
from tests.support.seat_map_page import (
    Enter,
    a_session,
    choose,
    held_on,
    open_map,
    pay_button,
    press_hold,
    session_to_come,
)

CONTROLS = {
    *("button", "link", "textbox", "searchbox", "combobox", "checkbox", "radio"),
    *("gridcell", "DisclosureTriangle"),
}
# Row, number, zone and kind, state, price.
SEAT_NAMES = {
    "en": r"Row \w+, seat \d+(, [^,]+)*, (free|taken|held by somebody), R\$\d+\.\d\d",
    "pt-BR": r"Fileira \w+, assento \d+(, [^,]+)*"
    r", (livre|ocupado|reservado por alguém), R\$\s\d+,\d\d",
    "es": r"Fila \w+, asiento \d+(, [^,]+)*"
    r", (libre|ocupado|reservado por alguien), \d+,\d\d\sR\$",
}


@dataclass(frozen=True)
class Node:
    role: str
    name: str
    description: str
    properties: dict[str, Any]
    children: tuple["Node", ...]

    def all(self, *roles: str) -> Iterator["Node"]:
        if self.role in roles:
            yield self
        for child in self.children:
            yield from child.all(*roles)

    def only(self, role: str) -> "Node":
        [found] = self.all(role)
        return found


async def tree(page: Page) -> Node:
    """What assistive technology gets; what is hidden from it is left out."""
    client = await page.context.new_cdp_session(page)
    answer = await client.send("Accessibility.getFullAXTree")
    nodes = {node["nodeId"]: node for node in answer["nodes"]}

    def text(node: dict[str, Any], part: str) -> str:
        return str(node.get(part, {}).get("value", ""))

    def shown(ids: list[str]) -> Iterator[Node]:
        for node in (nodes[each] for each in ids if each in nodes):
            inner = shown(node.get("childIds", []))
            if node["ignored"]:
                yield from inner
                continue
            properties = {
                each["name"]: each["value"].get("value")
                for each in node.get("properties", [])
            }
            yield Node(
                text(node, "role"),
                text(node, "name"),
                text(node, "description"),
                properties,
                tuple(inner),
            )

    [root] = shown([answer["nodes"][0]["nodeId"]])
    return root


def is_well_built(root: Node) -> None:
    """Landmarks once each, headings in order, and each control has a name."""
    for landmark in ("banner", "main", "contentinfo"):
        root.only(landmark)
    levels = [int(each.properties["level"]) for each in root.all("heading")]
    assert levels.count(1) == 1
    for before, level in zip([0, *levels], levels, strict=False):
        assert level <= before + 1, levels
    nameless = [each for each in root.all(*CONTROLS) if not each.name.strip()]
    assert nameless == []


async def test_the_map_is_a_grid_of_named_seats(enter: Enter, ana: Customer) -> None:
    page = await enter(await a_session(ana, 90), 37)
    await choose(page, 33)
    root = await tree(page)
    is_well_built(root)
    grid = root.only("grid")
    assert grid.name == "Seat map"
    assert "Arrow keys move from seat to seat" in grid.description
    assert grid.properties["multiselectable"]
    rows = list(grid.all("row"))
    cells = [cell for row in rows for cell in row.children]
    assert {row.name for row in rows} == {f"Row {cell.name[4]}" for cell in cells}
    assert {cell.role for cell in cells} == {"gridcell"}
    assert len(cells) == await page.locator(".map .seat").count()
    chosen = [cell for cell in cells if cell.properties["selected"]]
    assert [", chosen, R$" in cell.name for cell in chosen] == [True]
    for cell in cells:
        is_free = ", free," in cell.name or cell in chosen
        assert cell.properties.get("disabled", False) == (not is_free), cell.name
    tabbable = page.locator("[role=grid] [tabindex='0']")
    await expect(tabbable).to_have_count(1)


@pytest.mark.parametrize("language", SEAT_NAMES)
async def test_a_seat_says_its_place_kind_state_and_price_in_each_language(
    shop_browser: Browser, service: RunningService, ana: Customer, language: str
) -> None:
    context = await shop_browser.new_context(locale=language)
    context.set_default_timeout(PATIENCE_MS)
    page = await context.new_page()
    session = (await session_to_come(ana))["id"]
    await open_map(page, f"{service.address}/sessions/{session}")
    root = await tree(page)
    assert root.properties.get("language", language) == language
    names = [cell.name for cell in root.all("gridcell")]
    assert names
    assert [
        name for name in names if not re.fullmatch(SEAT_NAMES[language], name)
    ] == []
    is_well_built(root)
    await context.close()


async def test_a_hold_and_its_payment_are_named(
    enter: Enter, ana: Customer, live_pool: Pool
) -> None:
    page = await enter(await a_session(ana, 90), 38)
    await choose(page, 35)
    await press_hold(page)
    await held_on(page, live_pool)
    await expect(pay_button(page)).to_have_attribute("aria-disabled", "false")
    root = await tree(page)
    is_well_built(root)
    timer = root.only("timer")
    assert timer.properties.get("live", "off") == "off"
    assert [each for each in root.all("alert") if each.children] == []
    table = root.only("table")
    assert table.name == "Tickets"
    headers = [each.name for each in table.all("columnheader")]
    assert headers == ["Seat", "Type", "Price"]
    buttons = {each.name for each in root.only("main").all("button")}
    assert {"More time", "Give up these seats"} < buttons
    await pay_button(page).click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Enjoy the movie")
    is_well_built(await tree(page))

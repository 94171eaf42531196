"""Paying through a provider, in a browser: hold, pay page, back, sold."""

from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from playwright.async_api import Browser, Page, expect

from loadtest.documents import START_CHECKOUT
from tests.support.browser import PATIENCE_MS, chromium
from tests.support.polling import eventually, soon
from tests.support.run import RunUnderTest
from tests.support.running_service import Customer, RunningService


@pytest.fixture
def shop(paid_run: RunUnderTest) -> RunningService:
    return RunningService(paid_run)


@pytest.fixture
async def buyer(shop: RunningService) -> AsyncIterator[Customer]:
    async with shop.customer(0) as customer:
        yield customer


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as browser:
        yield browser


@pytest.fixture
async def page(browser: Browser) -> AsyncIterator[Page]:
    context = await browser.new_context()
    context.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    yield await context.new_page()
    await context.close()


async def checkout(shop: RunningService, buyer: Customer) -> dict[str, Any]:
    """A new reservation's, with the id of the reservation."""
    session, free = await shop.session(buyer)
    held = await buyer.reserve(session, free[0])
    started = await buyer.mutate(
        START_CHECKOUT,
        paymentId=await buyer.payment_of(held["id"]),
        returnUrl=f"{shop.address}/?paid",
    )
    assert started["__typename"] == "Checkout", started
    return started | {"reservation": held["id"]}


async def until_sold(buyer: Customer, reservation: str) -> None:
    async def wait() -> None:
        async for update in buyer.follow(reservation):
            if update["status"] == "CONFIRMED":
                return
        raise AssertionError("the subscription ended")

    await soon(wait())


async def captured(shop: RunningService, started: dict[str, Any]) -> None:
    """Waits until the provider has the whole amount, and given nothing back."""
    address = shop.run.settings()["STRIPE_API_URL"]
    page = started["url"].rpartition("/")[2]

    async def is_captured() -> bool:
        async with httpx2.AsyncClient(base_url=address) as http:
            payments = (await http.get("/ledger")).json()["payments"]
        [paid] = [each for each in payments if each["checkout_session"] == page]
        wanted = (started["payment"]["amount"]["amountMinor"], 0)
        return (paid["captured"], paid["refunded"]) == wanted

    await eventually(is_captured)


async def press(page: Page, name: str) -> None:
    await page.get_by_role("button", name=name).click()


async def test_a_buyer_pays_and_comes_back(
    shop: RunningService, buyer: Customer, page: Page
) -> None:
    started = await checkout(shop, buyer)

    await page.goto(started["url"])
    await press(page, "Pay by card")

    await expect(page).to_have_url(f"{shop.address}/?paid")
    await until_sold(buyer, started["reservation"])
    await captured(shop, started)


async def test_a_declined_card_can_be_followed_by_another(
    shop: RunningService, buyer: Customer, page: Page
) -> None:
    started = await checkout(shop, buyer)

    await page.goto(started["url"])
    await press(page, "declined")
    await expect(page.get_by_role("alert")).to_have_text("Your card was declined.")
    await press(page, "3-D Secure")
    await press(page, "Confirm the payment")

    await expect(page).to_have_url(f"{shop.address}/?paid")
    await until_sold(buyer, started["reservation"])
    await captured(shop, started)


async def test_a_buyer_who_leaves_the_page_may_come_back_to_it(
    shop: RunningService, buyer: Customer, page: Page
) -> None:
    started = await checkout(shop, buyer)

    await page.goto(started["url"])
    await press(page, "Cancel and go back")
    await expect(page).to_have_url(f"{shop.address}/?paid")
    await page.go_back()
    await press(page, "Pay by card")

    await until_sold(buyer, started["reservation"])

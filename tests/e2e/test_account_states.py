"""Tickets, accounts and sign-ins in rare states, by the rules of axe-core."""

import copy
import json
import re
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from playwright.async_api import Page, expect

from loadtest.documents import SIGN_IN, SIGN_UP
from persistence.postgres.pool import Pool
from tests.support.changed_answers import Answers, Data, refusal
from tests.support.page_rules import has_no_fault, open_all
from tests.support.running_service import Customer, RunningService
from tests.support.seat_map_page import buy, heading, keep_token, sign_in

PASSWORD = "a-long-walk-to-the-sea"  # of people that the tests make up
ANOTHER_DEVICE = re.compile("^Sign out .")
OF_TICKETS = 32  # the number of a customer
STATUSES = ("VALID", "USED", "REFUNDED", "VOID", "RESERVED", "VALID")


async def test_nobody_is_signed_in(page: Page, service: RunningService) -> None:
    for path in ("/tickets", "/account"):
        await page.goto(service.address + path)
        await expect(page.get_by_text("You are not signed in.")).to_be_visible()
        await has_no_fault(page)
    await page.goto(f"{service.address}/tickets#token=none")
    await expect(page.get_by_text("Sign in to accept it.")).to_be_visible()
    await has_no_fault(page)
    await page.goto(f"{service.address}/verify-email#token=none")
    await expect(page.get_by_text("Sign in first")).to_be_visible()
    await has_no_fault(page)


async def test_signing_in_through_providers(
    page: Page, service: RunningService
) -> None:
    back = f"{service.address}/signed-in"
    names = ["google", "github", "oidc"]
    await page.route(
        "**/sign-in/providers",
        lambda route: route.fulfill(json={"providers": names, "returnUrls": [back]}),
    )
    await page.goto(f"{service.address}/sign-in")
    await expect(page.get_by_role("button", name="Google")).to_be_visible()
    await has_no_fault(page)
    begun = json.dumps({"state": "mine", "next": "/"})
    for state, text in (("mine", "You did not allow"), ("theirs", "did not work")):
        await page.evaluate("(it) => sessionStorage['shop:sign-in'] = it", begun)
        await page.goto(f"{back}?state={state}&error=access_denied")
        await expect(page.get_by_role("alert")).to_contain_text(text)
        await has_no_fault(page)


async def test_an_account_with_devices_and_a_wrong_code(
    page: Page, service: RunningService, answers: Answers, ana: Customer
) -> None:
    email = f"{uuid4().hex}@cinema.example"
    entered = {"email": email, "password": PASSWORD}
    token = (await ana.mutate(SIGN_UP, **entered, name="Íris"))["accessToken"]
    await ana.mutate(SIGN_IN, **entered)
    await keep_token(page.context, token)
    await page.goto(f"{service.address}/account")
    await expect(page.get_by_text("This device")).to_be_visible()
    await expect(page.get_by_role("button", name=ANOTHER_DEVICE)).to_have_count(1)
    await page.get_by_role("button", name="Send code").first.click()
    await page.get_by_label("Code", exact=True).fill("wrong")
    await page.get_by_role("button", name="Confirm").click()
    await expect(page.get_by_role("alert")).to_be_visible()
    await page.get_by_text("Erase my account").first.click()
    await answers.give("EraseAccount", {"eraseAccount": refusal("InUse")})
    await page.get_by_role("button", name="Erase my account").click()
    await expect(page.get_by_text("I give up my tickets.")).to_be_visible()
    await has_no_fault(page)

    await page.goto(f"{service.address}/verify-email#token=wrong")
    await page.get_by_role("button", name="Confirm").click()
    await expect(page.get_by_role("alert")).to_be_visible()
    await has_no_fault(page)


async def test_an_offer_that_is_not_there_any_more(
    page: Page, service: RunningService
) -> None:
    await sign_in(page.context, service, 33)
    await page.goto(f"{service.address}/tickets#token=none")
    await expect(heading(page, "A ticket for you")).to_be_visible()
    await expect(page.get_by_text("You have no tickets")).to_be_visible()
    await has_no_fault(page)
    await page.get_by_role("button", name="Accept the ticket").click()
    await expect(page.get_by_role("alert")).to_be_visible()
    await has_no_fault(page)


@pytest.fixture
async def bought(service: RunningService, live_pool: Pool) -> None:
    """A ticket of each status is to be made of these."""
    async with service.customer(OF_TICKETS) as buyer:
        await buy(buyer, live_pool, len(STATUSES))


def of_each_kind(data: Data) -> None:
    """A purchase with each, one of them passed on; others of other sessions."""
    [edge, *_] = data["reservations"]["edges"]
    node = edge["node"]
    for ticket, status in zip(node["tickets"], STATUSES, strict=True):
        ticket["status"] = status
        ticket["ticketType"]["proofRequired"] = status == "VALID"
    node["tickets"][0]["id"] = "passed on"
    node["payment"]["refunds"] = [
        {"id": status, "status": status, "amount": node["tickets"][0]["price"]}
        for status in ("PENDING", "SUCCEEDED", "FAILED")
    ]
    soon = (datetime.now(UTC) + timedelta(minutes=5)).isoformat()
    others = (
        {"status": "CANCELLED"},
        {"startsAt": soon},
        {"endsAt": "2026-01-01T00:00:00+00:00"},
    )
    edges = data["reservations"]["edges"] = [edge]
    for number, facts in enumerate(others):
        other = copy.deepcopy(edge)
        other["node"]["id"] = f"other-{number}"
        other["node"]["session"] |= facts
        edges.append(other)


@pytest.mark.usefixtures("bought")
async def test_tickets_of_each_kind(
    page: Page, service: RunningService, answers: Answers
) -> None:
    await sign_in(page.context, service, OF_TICKETS)
    await answers.change("MyTickets", of_each_kind)
    await page.goto(f"{service.address}/tickets")
    await expect(page.get_by_text("passed on", exact=True).first).to_be_visible()
    await expect(page.get_by_text("cancelled", exact=True)).to_be_visible()
    await open_all(page)
    for kind in ("valid", "used", "given back", "void", "reserved"):
        await expect(page.get_by_text(kind, exact=True).last).to_be_visible()
    await has_no_fault(page)
    await answers.give("OfferTicket", {"transferTicket": refusal("TicketNotValid")})
    await page.get_by_role("button", name="Make a link").first.click()
    await expect(page.get_by_role("alert")).to_be_visible()
    for box in await page.get_by_role("checkbox").all():
        await box.uncheck()
    await page.get_by_role("button", name="Give tickets back").first.click()
    await expect(page.get_by_text("Choose at least one ticket.")).to_be_visible()
    await has_no_fault(page)

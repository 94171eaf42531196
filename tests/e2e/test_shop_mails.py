"""From the links of mails to a new password, and to a verified address."""

from uuid import uuid4

import pytest
from playwright.async_api import Page, expect

from loadtest.documents import SIGN_UP
from tests.support.page_rules import has_no_fault
from tests.support.running_service import Customer, RunningService
from tests.support.seat_map_page import heading
from tests.support.written_mails import link_in, written_mail

FORGOTTEN = "a-long-walk-to-the-sea"
NEW = "a-short-walk-to-the-lake"


@pytest.fixture
async def email(ana: Customer) -> str:
    """Of a new account."""
    email = f"{uuid4().hex}@cinema.example"
    await ana.ask(
        SIGN_UP, input={"email": email, "password": FORGOTTEN, "name": "Íris"}
    )
    return email


async def sign_in(page: Page, email: str, password: str) -> None:
    await page.get_by_label("E-mail address").fill(email)
    await page.get_by_label("Password").fill(password)
    await page.get_by_role("button", name="Sign in").click()


async def set_password(page: Page, link: str, password: str) -> None:
    await page.goto(link)
    code = page.get_by_label("Code", exact=True)
    await expect(code).to_have_value(link.partition("#token=")[2])
    assert "#" not in page.url  # the code is not kept in the history
    await page.get_by_label("New password").fill(password)
    await has_no_fault(page)
    await page.get_by_role("button", name="Save").click()


async def test_a_forgotten_password_is_replaced_by_the_link_of_a_mail(
    page: Page, service: RunningService, email: str
) -> None:
    await page.goto(f"{service.address}/sign-in")
    await page.get_by_role("link", name="Forgotten password").click()
    await page.get_by_label("E-mail address").fill(email)
    await page.get_by_role("button", name="Send code").click()
    await expect(page.get_by_role("status")).to_contain_text("a mail is on its way")
    link = link_in(await written_mail(service, email, "/reset-password#"))
    assert link.startswith(f"{service.address}/")
    await set_password(page, link, NEW)
    await expect(heading(page, "Your data")).to_be_visible()  # signed in
    await page.get_by_role("button", name="Sign out").first.click()
    await page.get_by_role("navigation").get_by_role("link", name="Sign in").click()
    await sign_in(page, email, FORGOTTEN)
    await expect(page.get_by_role("alert")).to_contain_text("password")
    await sign_in(page, email, NEW)
    await expect(heading(page, "My tickets")).to_be_focused()

    await set_password(page, link, "a-third-walk-to-the-river")
    await expect(page.get_by_role("alert")).to_contain_text("code")
    await has_no_fault(page)


async def test_the_link_of_a_mail_verifies_the_address(
    page: Page, service: RunningService, email: str
) -> None:
    link = link_in(await written_mail(service, email))
    await page.goto(link)
    await page.get_by_role("main").get_by_role("link", name="Sign in").click()
    await sign_in(page, email, FORGOTTEN)
    await expect(heading(page, "Confirm your e-mail address")).to_be_visible()
    await has_no_fault(page)
    await page.get_by_role("button", name="Confirm").click()
    await expect(page.get_by_text("confirmed", exact=True)).to_be_visible()

"""From signing up to a verified address, with the mails that `make run` writes."""

from uuid import uuid4

from loadtest.documents import SIGN_UP
from tests.support.api_examples import example
from tests.support.mail_server import code_in
from tests.support.running_service import Customer, RunningService
from tests.support.written_mails import written_mail


async def test_the_code_of_a_written_mail_verifies_the_address(
    service: RunningService, ana: Customer
) -> None:
    email = f"{uuid4().hex}@cinema.example"
    signing_up = {"email": email, "password": "correct-horse", "name": "Ana"}
    answer = await ana.ask(SIGN_UP, input=signing_up)
    mail = await written_mail(service, email)
    token = answer["signUp"]["accessToken"]
    async with service.customer_with_token(token) as customer:
        verified = await customer.ask(example("VerifyEmail"), token=code_in(mail))

    assert verified["verifyEmail"] == {
        "__typename": "Viewer",
        "email": email,
        "emailVerified": True,
    }

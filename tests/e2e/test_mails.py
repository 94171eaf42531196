"""From signing up to a verified address, with the mails that `make run` writes."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from uuid import uuid4

from loadtest.documents import SIGN_UP
from tests.support.api_examples import example
from tests.support.mail_server import code_in
from tests.support.polling import eventually
from tests.support.running_service import Customer, RunningService


def mails_to(address: str, folder: Path) -> list[EmailMessage]:
    files = (file.read_bytes() for file in folder.glob("*.eml"))
    mails = (message_from_bytes(content, policy=default) for content in files)
    return [
        mail
        for mail in mails
        if isinstance(mail, EmailMessage) and mail["To"] == address
    ]


async def test_the_code_of_a_written_mail_verifies_the_address(
    service: RunningService, ana: Customer
) -> None:
    email = f"{uuid4().hex}@cinema.example"
    signing_up = {"email": email, "password": "correct-horse", "name": "Ana"}
    answer = await ana.ask(SIGN_UP, input=signing_up)
    folder = Path(service.run.settings()["MAIL_DIR"])

    async def is_written() -> bool:
        return bool(mails_to(email, folder))

    await eventually(is_written)
    token = answer["signUp"]["accessToken"]
    async with service.customer_with_token(token) as customer:
        verified = await customer.ask(
            example("VerifyEmail"), token=code_in(mails_to(email, folder)[0])
        )

    assert verified["verifyEmail"] == {
        "__typename": "Viewer",
        "email": email,
        "emailVerified": True,
    }

"""Where mails go, without a network."""

from email.message import EmailMessage
from pathlib import Path
from uuid import UUID

import pytest

from mail import outlets
from mail.letter import Letter
from mail.outlets import FolderOutlet, SmtpServer
from tests.support.notices import SENDER

LETTER = Letter(
    to="ana@cinema.example",
    locale="pt-BR",
    subject="Olá & bom dia",
    paragraphs=("Um <b>parágrafo</b>.",),
    link="https://app.example/x#token=a",
    code="a",
)


def message(number: int = 1, letter: Letter = LETTER) -> EmailMessage:
    return letter.message(UUID(int=number), SENDER)


def body(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert part
    return str(part.get_content())


def test_a_letter_is_text_and_escaped_html() -> None:
    mail = message()

    assert "Um <b>parágrafo</b>." in body(mail, "plain")
    plain = body(mail, "plain")
    assert "a\n\nOu abra este link:\nhttps://app.example/x#token=a\n" in plain
    html = body(mail, "html")
    assert ">Um &lt;b&gt;parágrafo&lt;/b&gt;.</p>" in html
    assert '<a href="https://app.example/x#token=a"' in html
    assert '<html lang="pt-BR">' in html
    assert mail["Content-Language"] == "pt-BR"


@pytest.mark.parametrize(
    ("address", "header"),
    [
        ("ana@bücher.example", "ana@xn--bcher-kva.example"),
        ("a b@cinema.example", '"a b"@cinema.example'),
        ("josé@cinema.example", "josé@cinema.example"),
        ("ana@-odd-.example", "ana@-odd-.example"),
    ],
)
def test_any_address_becomes_one_recipient(address: str, header: str) -> None:
    mail = message(letter=Letter(to=address, locale="en", subject="x", paragraphs=()))

    assert str(mail["To"]) == header
    assert mail.as_bytes()


@pytest.mark.parametrize(
    "address", ["ana@cinema.example\nBcc: eve@x.example", "a\r@b.example"]
)
def test_an_address_adds_no_header(address: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 # the library's own words
        message(letter=Letter(to=address, locale="en", subject="x", paragraphs=()))


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://a:b%40@mail.example", ("smtp", "mail.example", 587, "a", "b@")),
        ("smtps://mail.example:99", ("smtps", "mail.example", 99, None, None)),
        ("smtp+plain://[::1]", ("smtp+plain", "::1", 25, None, None)),
    ],
)
def test_a_url_names_a_server(
    url: str, server: tuple[str, str, int, str | None, str | None]
) -> None:
    scheme, host, port, username, password = server

    assert SmtpServer.parse(url) == SmtpServer(
        scheme=scheme, host=host, port=port, username=username, password=password
    )


@pytest.mark.parametrize(
    "url",
    ["", "mail.example", "http://a.example", "smtp://", "smtp+plain://a:b@c.example"],
)
def test_other_urls_are_refused_without_their_password(url: str) -> None:
    with pytest.raises(ValueError, match=r"begins with|without encryption") as refused:
        SmtpServer.parse(url)

    assert "a:b" not in str(refused.value)


async def test_a_folder_keeps_the_newest_mails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outlets, "KEPT_FILES", 2)
    folder = FolderOutlet(tmp_path / "mail")

    async with folder.open() as send:
        for number in (1, 2, 2, 3):
            await send(message(number))

    kept = sorted(int(file.stem[-1]) for file in (tmp_path / "mail").iterdir())
    assert kept == [2, 3]

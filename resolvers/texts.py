"""What people read, in their language: in English here, in others in locales/."""

from collections.abc import Mapping
from dataclasses import dataclass
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ENGLISH = "en"
TRANSLATED = ("pt-BR", "es")


@dataclass(frozen=True, slots=True)
class Counted:
    """A text that depends on a number, which is the fact of this name."""

    fact: str
    one: str
    many: str


# By an error's code, or by the rule that an input breaks; facts fill the gaps.
TEXTS: Mapping[str, str | Counted] = {
    # Refusals, and the faults with the same code.
    "NOT_FOUND": "It is not there, or not yours.",
    "INVALID_INPUT": "Some of what you entered cannot be used.",
    "EMAIL_TAKEN": "Somebody has an account with this address already.",
    "INVALID_CREDENTIALS": "The address or the password is wrong.",
    "SEATS_UNAVAILABLE": "Some of these seats are taken.",
    "SESSION_CLOSED": "This session has begun and is not sold any more.",
    "TOO_MANY_SEATS": Counted(
        "limit",
        "You can reserve only %(limit)d seat at once.",
        "You can reserve up to %(limit)d seats at once.",
    ),
    "RESERVATION_EXPIRED": "The time to pay is over; the seats are back on sale.",
    "RESERVATION_CLOSED": "This reservation can no longer be cancelled.",
    "PAYMENT_CLOSED": "This payment can no longer be approved.",
    "IDEMPOTENCY_CONFLICT": "This key was used for something else before.",
    "ROOM_BUSY": "Another session is in the room at that time.",
    # Rules of fields.
    "seats_missing": "Choose at least one seat.",
    "seats_repeated": "Choose each seat only once.",
    "idempotency_key_length": "It takes 1 to %(limit)d characters.",
    "email_syntax": "This is not an e-mail address.",
    "password_length": "It takes %(shortest)d to %(longest)d characters.",
    "password_well_known": "Too many people use this password: choose another.",
    "password_personal": "It must not be your address or your name.",
    "name_length": "It takes 1 to %(longest)d characters on one line.",
    "text_length": "It takes 1 to %(longest)d characters.",
    "value_missing": "It cannot be left empty.",
    "number_range": "It has to be from %(lowest)d to %(highest)d.",
    "list_length": "It takes up to %(longest)d entries.",
    "entry_repeated": "It is in the list before.",
    "rows_missing": "Enter at least one row.",
    "row_label": "It takes 1 to 3 letters from A to Z, in upper case, or digits.",
    "row_seats": "A row has up to %(limit)d seats.",
    "room_rows": "A room has up to %(limit)d rows.",
    "room_seats": "A room has up to %(limit)d seats.",
    "currency_code": "It has to be the code of a currency, such as BRL.",
    "start_moment": "It has to be a time to come, within two years.",
    "session_begun": "The session has begun.",
    "seats_taken": "Somebody holds or has bought a seat of this session.",
    # Faults.
    "UNAUTHENTICATED": "This needs somebody who is signed in.",
    "FORBIDDEN": "This is for managers.",
    "RATE_LIMITED": Counted(
        "seconds",
        "Too many attempts: try again in %(seconds)d second.",
        "Too many attempts: try again in %(seconds)d seconds.",
    ),
    "UNAVAILABLE": "There is no answer right now: try again in a moment.",
    "INTERNAL": "Something went wrong on our side.",
    "sign_in_again": "Sign in again.",
    "sign_in_not_begun": "This browser has not begun to sign in, or too long ago, or it"
    " has finished already. Begin again.",
    "page_direction": "Give `first` or `last`, not both.",
    "page_size": "`%(name)s` has to be from 1 to %(limit)d.",
    "seats_told": "An answer has up to %(limit)d seats: ask for fewer sessions.",
    "page_cursor": "`after` and `before` have to be cursors of this list.",
    "search_length": "`search` has to be text of up to %(limit)d characters.",
}


def worded(key: str, locale: str, /, **facts: Any) -> str:
    text, translations = TEXTS[key], _TRANSLATIONS[locale]
    if isinstance(text, Counted):
        number = facts[text.fact]
        return translations.ngettext(text.one, text.many, number) % facts
    return translations.gettext(text) % facts


def translated(english: str, locale: str) -> str:
    """A text without gaps; as it is when it is none of ours."""
    return _TRANSLATIONS[locale].gettext(english) if english else ""


def catalog_file(locale: str) -> Path:
    folder = Path(__file__).parent / "locales" / locale.replace("-", "_")
    return folder / "LC_MESSAGES" / "messages.po"


def _compiled(locale: str) -> GNUTranslations:
    """Made at the start, in milliseconds: what git keeps is what people read."""
    with catalog_file(locale).open("rb") as source:
        catalog = read_po(source, abort_invalid=True)
    binary = BytesIO()
    write_mo(binary, catalog)
    binary.seek(0)
    return GNUTranslations(binary)


_TRANSLATIONS = {ENGLISH: NullTranslations()} | {
    locale: _compiled(locale) for locale in TRANSLATED
}

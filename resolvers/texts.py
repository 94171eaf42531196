"""Messages for people: in English here, in other languages in locales/."""

from collections.abc import Mapping
from dataclasses import dataclass
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from resolvers.mail_texts import MAIL_TEXTS

ENGLISH = "en"
TRANSLATED = ("pt-BR", "es")


@dataclass(frozen=True, slots=True)
class Counted:
    """A text with a singular and a plural, chosen by the number in `fact`."""

    fact: str
    one: str
    many: str


# Keys are codes of errors and names of rules; facts fill the placeholders.
TEXTS: Mapping[str, str | Counted] = {
    # Refusals, and faults with the same code.
    "NOT_FOUND": "It does not exist, or it is not yours.",
    "INVALID_INPUT": "Some of the input is not valid.",
    "EMAIL_TAKEN": "An account with this e-mail address already exists.",
    "INVALID_CREDENTIALS": "The e-mail address or the password is wrong.",
    "SEATS_UNAVAILABLE": "Some of these seats are no longer available.",
    "NOT_ENOUGH_SEATS": "There are not so many free seats, or not so close together.",
    "ORPHAN_LEFT": "A seat beside yours would be left alone. Choose other seats.",
    "TICKET_TYPE_NOT_SOLD": "This session does not sell this type of ticket.",
    "SESSION_CLOSED": "Seats of this session are no longer for sale.",
    "SESSION_OVER": "This session is over or cancelled.",
    "SESSION_MOVED": "This session now starts at another time. Check the new time.",
    "PRICE_CHANGED": "The price has changed. Check the new total.",
    "TICKET_QUOTA_EXHAUSTED": "No tickets of this type are left in this session.",
    "TOO_MANY_SEATS": Counted(
        "limit",
        "You can reserve only %(limit)d seat at a time.",
        "You can reserve up to %(limit)d seats at a time.",
    ),
    "CUSTOMER_LIMIT": Counted(
        "limit",
        "You can have only %(limit)d seat in a session.",
        "You can have up to %(limit)d seats in a session.",
    ),
    "RESERVATION_EXPIRED": "The time to pay has ended. The seats are for sale again.",
    "RESERVATION_CLOSED": "This reservation can no longer be changed.",
    "NO_MORE_EXTENSIONS": "The time to pay cannot be extended any more.",
    "PAYMENT_CLOSED": "This payment can no longer be changed.",
    "REFUND_TOO_LATE": "It is too late to give these tickets back.",
    "NOTHING_TO_REFUND": "There are no tickets here that can be given back.",
    "TICKET_USED": "A ticket that was used cannot be given back here. Ask the cinema.",
    "TICKET_TRANSFERRED": "A ticket that somebody else has now cannot be given back"
    " here. Ask the cinema.",
    "IDEMPOTENCY_CONFLICT": "This key was already used with a different input.",
    "ROOM_BUSY": "Another session is in the room at that time.",
    "OUTDATED": "Somebody else has changed this in the meantime. Load it again.",
    "SESSION_IN_USE": "Customers have reserved seats of this session.",
    "ROOM_IN_USE": "This room has sessions, or had some.",
    "MOVIE_IN_USE": "This movie has sessions to come.",
    "TOKEN_INVALID": "This code is not valid any more. Ask for a new one.",
    "ALREADY_CHECKED_IN": "This ticket was checked in before.",
    "TICKET_NOT_VALID": "This ticket is not valid.",
    "WRONG_SESSION": "This ticket is for another session.",
    "TOO_EARLY": "It is too early: tickets of this session are not checked in yet.",
    "WRONG_PROVIDER": "This payment is made another way.",
    "PROVIDER_UNAVAILABLE": "The payment provider does not answer: try again in a"
    " moment.",
    "ACCOUNT_IN_USE": "You have tickets that are still to be used. They are lost with"
    " the account.",
    # Rules for input fields.
    "return_url": "Enter an address of up to %(limit)d characters as in"
    " https://example.com/paid: in ASCII, and without a user name.",
    "seats_missing": "Choose at least one seat.",
    "seats_repeated": "Choose each seat only once.",
    "sofa_split": "Both halves of a sofa are sold together.",
    "companion_alone": "This seat comes with the wheelchair place beside it.",
    "seats_not_chosen": "Choose ticket types only for the seats that you reserve.",
    "tickets_missing": "Choose at least one ticket.",
    "ticket_refunded": "This ticket was given back before.",
    "idempotency_key_length": "Enter 1 to %(limit)d characters.",
    "email_syntax": "Enter a valid e-mail address.",
    "password_length": "Enter %(shortest)d to %(longest)d characters.",
    "password_well_known": "This password is too common. Choose another one.",
    "password_personal": "Do not use your e-mail address or your name.",
    "name_length": "Enter 1 to %(longest)d visible characters on one line.",
    "text_length": "Enter 1 to %(longest)d visible characters.",
    "locale": "Enter one of %(known)s.",
    "value_missing": "This field cannot be empty.",
    "number_range": "Enter a number from %(lowest)d to %(highest)d.",
    "list_length": "Enter up to %(longest)d entries.",
    "entry_repeated": "This entry is already in the list.",
    "rows_missing": "Enter at least one row.",
    "row_label": "Enter 1 to 3 capital letters or digits.",
    "row_seats": "A row has up to %(limit)d seats.",
    "room_rows": "A room has up to %(limit)d rows.",
    "room_seats": "A room has up to %(limit)d seats.",
    "aisle_unknown": "There is no new seat %(number)d in this row.",
    "seat_number_taken": "The row already has a seat %(number)d.",
    "seat_label": "The label %(label)s is already that of seat %(other)s.",
    "seat_place": "%(label)s would have the place of seat %(other)s.",
    "seat_spot": "%(label)s would stand where seat %(other)s is.",
    "seat_sofa": "%(label)s is half a sofa without its other half beside it.",
    "seat_unknown": "This room has no such seat.",
    "features_conflict": "A seat cannot be both halves of a sofa, or a wheelchair place"
    " and a companion's.",
    "zone_unknown": "This cinema has no such price zone.",
    "zone_name_taken": "Another price zone of this cinema has this name.",
    "zone_limit": "A cinema has up to %(limit)d price zones.",
    "currency_code": "Enter a currency code, such as BRL.",
    "currency_withdrawn": "This currency is no longer in use.",
    "time_zone": "Enter a time zone, such as America/Sao_Paulo.",
    "cinema_unknown": "This cinema does not exist.",
    "name_taken": "Another one has this name.",
    "default_type_needed": "There has to be a default type. Make another type the"
    " default.",
    "default_type_quota": "The default type has no quota.",
    "default_type_sold": "Sessions that are not over have prices by type of ticket."
    " Change the default type after them.",
    "prices_missing": "Enter at least one price.",
    "ticket_type_unknown": "This type of ticket does not exist.",
    "currency_of_cinema": "Enter prices in %(currency)s.",
    "price_or_card": "Enter a price per seat or a price card, not both.",
    "card_of_other_cinema": "This price card belongs to another cinema.",
    "price_missing": "There is no price for %(type)s in the zone %(zone)s.",
    "zone_without_price": "Sessions to come have no price for the zone %(zone)s.",
    "session_has_prices": "This session has prices by zone and type of ticket.",
    "movie_archived": "This movie is archived.",
    "start_moment": "Enter a time in the future, within two years.",
    "sales_end_moment": "Enter a time in the future, not after the session ends.",
    "move_missing": "Enter a new time or another room.",
    "seats_without_room": "Choose places only in another room.",
    "room_of_other_cinema": "This room belongs to another cinema.",
    "session_cancelled": "The session is cancelled.",
    "session_begun": "The session has started.",
    "scan_to_come": "This scan is in the future. Check the clock of the gate.",
    "scan_too_old": Counted(
        "days",
        "This scan is more than %(days)d day old.",
        "This scan is more than %(days)d days old.",
    ),
    "seats_taken": "A seat of this session is held or sold.",
    # Faults.
    "UNAUTHENTICATED": "Sign in to continue.",
    "FORBIDDEN": "Only managers can do this.",
    "forbidden_cinema": "You are not a manager of this cinema.",
    "forbidden_staff": "Only those who work in this cinema can do this.",
    "forbidden_box_office": "Only managers and cashiers of this cinema can do this.",
    "forbidden_network": "Only managers of the whole network can do this.",
    "RATE_LIMITED": Counted(
        "seconds",
        "Too many attempts: try again in %(seconds)d second.",
        "Too many attempts: try again in %(seconds)d seconds.",
    ),
    "UNAVAILABLE": "There is no answer right now: try again in a moment.",
    "INTERNAL": "Something went wrong on our side.",
    "sign_in_again": "Sign in again.",
    "sign_in_not_begun": "This sign-in was not started in this browser, has expired,"
    " or is already finished. Start again.",
    "page_direction": "Use `first` or `last`, not both.",
    "page_size": "`%(name)s` must be from 1 to %(limit)d.",
    "seats_in_answer": "An answer can have up to %(limit)d seats. Ask for fewer"
    " sessions.",
    "page_cursor": "`after` and `before` must be cursors of this list.",
    "date_without_cinema": "`date` needs `cinemaId`.",
    "local_time": "`local` must be a date and a time, such as 2026-11-29T20:30.",
    "search_length": "`search` must be valid text of up to %(limit)d characters.",
    **MAIL_TEXTS,
}


def localize(key: str, locale: str, /, **facts: Any) -> str:
    text, translations = TEXTS[key], _TRANSLATIONS[locale]
    if isinstance(text, Counted):
        number = facts[text.fact]
        return translations.ngettext(text.one, text.many, number) % facts
    return translations.gettext(text) % facts


def translated(english: str, locale: str) -> str:
    """For a text without placeholders. Unknown text is returned as it is."""
    return _TRANSLATIONS[locale].gettext(english) if english else ""


def catalog_file(locale: str) -> Path:
    folder = Path(__file__).parent / "locales" / locale.replace("-", "_")
    return folder / "LC_MESSAGES" / "messages.po"


def _compiled(locale: str) -> GNUTranslations:
    """Compiled at start, in milliseconds, so no .mo file can be out of date."""
    with catalog_file(locale).open("rb") as source:
        catalog = read_po(source, abort_invalid=True)
    binary = BytesIO()
    write_mo(binary, catalog)
    binary.seek(0)
    return GNUTranslations(binary)


_TRANSLATIONS = {ENGLISH: NullTranslations()} | {
    locale: _compiled(locale) for locale in TRANSLATED
}

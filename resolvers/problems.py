"""Turns domain errors into the problems that unions have members for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from strawberry.types.field import StrawberryField

from domain import errors
from resolvers.context import Info
from schema import problems
from schema.seats import SessionSeat

# By an error's code, or by the rule that an input breaks; facts fill the gaps.
TEXTS: Mapping[str, str] = {
    "NOT_FOUND": "It is not there, or not yours.",
    "INVALID_INPUT": "Some of what you entered cannot be used.",
    "EMAIL_TAKEN": "Somebody has an account with this address already.",
    "INVALID_CREDENTIALS": "The address or the password is wrong.",
    "SEATS_UNAVAILABLE": "Some of these seats are taken.",
    "SESSION_CLOSED": "This session has begun and is not sold any more.",
    "TOO_MANY_SEATS": "You can reserve {limit} seats at once.",
    "RESERVATION_EXPIRED": "The time to pay is over; the seats are back on sale.",
    "RESERVATION_CLOSED": "This reservation can no longer be cancelled.",
    "PAYMENT_CLOSED": "This payment can no longer be approved.",
    "IDEMPOTENCY_CONFLICT": "This key was used for something else before.",
    "seats_missing": "Choose at least one seat.",
    "seats_repeated": "Choose each seat only once.",
    "idempotency_key_length": "It takes 1 to {limit} characters.",
    "email_syntax": "This is not an e-mail address.",
    "password_length": "It takes {shortest} to {longest} characters.",
    "name_length": "It takes 1 to {longest} characters on one line.",
}

Facts = dict[str, Any]


def no_facts(_error: Any) -> Facts:
    return {}


def the_limit(error: errors.TooManySeatsError) -> Facts:
    return {"limit": error.limit}


def the_status(
    error: errors.ReservationClosedError | errors.PaymentClosedError,
) -> Facts:
    return {"status": error.status}


def the_seats(error: errors.SeatsUnavailableError) -> Facts:
    return {"seats": [SessionSeat.from_domain(seat) for seat in error.seats]}


def the_fields(error: errors.InvalidInputError) -> Facts:
    message = TEXTS[error.rule].format(**error.facts)
    return {"fields": [problems.FieldError(path=list(error.field), message=message)]}


@dataclass(frozen=True, slots=True)
class Refusal:
    """Strawberry applies it to each field whose union has the problem as a member."""

    exception_type: type[errors.DomainError]
    error_type: type[problems.Problem]
    facts: Callable[[Any], Facts] = no_facts

    def handle(
        self, exception: errors.DomainError, *, field: StrawberryField, info: Info
    ) -> problems.Problem:
        facts = self.facts(exception)
        message = TEXTS[exception.code].format(**facts)
        return self.error_type(code=exception.code, message=message, **facts)


HANDLERS = [
    Refusal(errors.NotFoundError, problems.NotFound),
    Refusal(errors.InvalidInputError, problems.InvalidInput, the_fields),
    Refusal(errors.EmailTakenError, problems.EmailTaken),
    Refusal(errors.InvalidCredentialsError, problems.InvalidCredentials),
    Refusal(errors.SeatsUnavailableError, problems.SeatsUnavailable, the_seats),
    Refusal(errors.SessionClosedError, problems.SessionClosed),
    Refusal(errors.TooManySeatsError, problems.TooManySeats, the_limit),
    Refusal(errors.ReservationExpiredError, problems.ReservationExpired),
    Refusal(errors.ReservationClosedError, problems.ReservationClosed, the_status),
    Refusal(errors.PaymentClosedError, problems.PaymentClosed, the_status),
    Refusal(errors.IdempotencyConflictError, problems.IdempotencyConflict),
]

"""Turns the domain's errors into the problem types of result unions."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from strawberry.types.field import StrawberryField

from domain import check_ins, errors, money_errors
from domain.account_tokens import TokenInvalidError
from domain.profiles import AccountInUseError
from resolvers.context import Info
from resolvers.texts import localize
from schema import door, problems
from schema.catalog import Session
from schema.converted_list import ConvertedList
from schema.enums import PaymentStatus, ReservationStatus, TicketStatus
from schema.money import Money
from schema.seats import SessionSeat

Facts = dict[str, Any]

TAKEN_SEATS = "taken seats"  # those of the last refusal are kept


def no_facts(_error: Any) -> Facts:
    return {}


def seat_limit(error: errors.TooManySeatsError | errors.CustomerLimitError) -> Facts:
    return {"limit": error.limit}


def reservation_status(error: errors.ReservationClosedError) -> Facts:
    return {"status": ReservationStatus(error.status)}


def payment_status(error: errors.PaymentClosedError) -> Facts:
    return {"status": PaymentStatus(error.status)}


def provider(error: money_errors.WrongProviderError) -> Facts:
    return {"provider": error.provider}


def taken_seats(error: errors.SeatsUnavailableError) -> Facts:
    # A crowd on one seat has the same refusal, so its JSON is written once.
    seats = ConvertedList(TAKEN_SEATS, error.seats, SessionSeat.from_domain)
    return {"seats": seats}


def seats_left_alone(error: errors.OrphanLeftError) -> Facts:
    return {
        "orphans": [SessionSeat.from_domain(seat) for seat in error.orphans],
        "better": [SessionSeat.from_domain(seat) for seat in error.better],
    }


def seats_there_are(error: errors.NotEnoughSeatsError) -> Facts:
    return {
        "available": error.available,
        "largest_together": error.largest_together,
    }


def moved_session(error: errors.SessionMovedError) -> Facts:
    return {"session": Session.from_domain(error.session)}


def total_now(error: errors.PriceChangedError) -> Facts:
    return {"total": Money.from_domain(error.total)}


def refunds_end(error: errors.RefundTooLateError) -> Facts:
    return {"until": error.until}


def no_refund(_error: errors.DomainError) -> Facts:
    return {"until": None}


def version_now(error: errors.OutdatedError) -> Facts:
    return {"current_version": error.current_version}


def conflicting_session(error: errors.RoomBusyError) -> Facts:
    return {"conflicting_session": Session.from_domain(error.session)}


def other_scan(error: check_ins.AlreadyCheckedInError) -> Facts:
    return {"ticket_id": error.ticket_id, "at": error.at, "gate": error.gate}


def ticket_of(error: check_ins.WrongSessionError) -> Facts:
    return {"ticket_id": error.ticket_id}


def ticket_status(error: check_ins.TicketNotValidError) -> Facts:
    return {"status": TicketStatus(error.status) if error.status else None}


def opening(error: check_ins.TooEarlyError) -> Facts:
    return {"opens_at": error.opens_at}


@dataclass(frozen=True, slots=True)
class ProblemHandler:
    """Strawberry calls it if the field's union has `error_type` as a member."""

    exception_type: type[errors.DomainError]
    error_type: type[problems.Problem]
    facts: Callable[[Any], Facts] = no_facts
    text: str | None = None  # its key in TEXTS, if it is not the code

    def handle(
        self, exception: errors.DomainError, *, field: StrawberryField, info: Info
    ) -> problems.Problem:
        info.context.refusals.append(exception.code)
        return self.problem(exception, info.context.locale)

    def problem(self, exception: errors.DomainError, locale: str) -> problems.Problem:
        facts = self._facts(exception, locale)
        message = localize(self.text or exception.code, locale, **facts)
        return self.error_type(code=exception.code, message=message, **facts)

    def _facts(self, exception: Any, _locale: str) -> Facts:
        return self.facts(exception)


class InvalidInputHandler(ProblemHandler):
    """Each of its fields has its own message."""

    def _facts(self, exception: errors.InvalidInputError, locale: str) -> Facts:
        return {
            "fields": [
                problems.FieldError(
                    path=list(wrong.field),
                    message=localize(wrong.rule, locale, **wrong.facts),
                )
                for wrong in (exception, *exception.others)
            ]
        }


HANDLERS = [
    ProblemHandler(errors.NotFoundError, problems.NotFound),
    InvalidInputHandler(errors.InvalidInputError, problems.InvalidInput),
    ProblemHandler(errors.OutdatedError, problems.Outdated, version_now),
    ProblemHandler(errors.SessionInUseError, problems.InUse),
    ProblemHandler(errors.RoomInUseError, problems.InUse),
    ProblemHandler(errors.MovieInUseError, problems.InUse),
    ProblemHandler(AccountInUseError, problems.InUse),
    ProblemHandler(TokenInvalidError, problems.TokenInvalid),
    ProblemHandler(errors.EmailTakenError, problems.EmailTaken),
    ProblemHandler(
        errors.SignInAgainError, problems.InvalidCredentials, text="sign_in_again"
    ),
    ProblemHandler(errors.InvalidCredentialsError, problems.InvalidCredentials),
    ProblemHandler(
        errors.SeatsUnavailableError, problems.SeatsUnavailable, taken_seats
    ),
    ProblemHandler(
        errors.NotEnoughSeatsError, problems.NotEnoughSeats, seats_there_are
    ),
    ProblemHandler(errors.OrphanLeftError, problems.OrphanLeft, seats_left_alone),
    ProblemHandler(errors.SessionClosedError, problems.SessionClosed),
    ProblemHandler(errors.SessionOverError, problems.SessionClosed),
    ProblemHandler(errors.SessionMovedError, problems.SessionMoved, moved_session),
    ProblemHandler(errors.PriceChangedError, problems.PriceChanged, total_now),
    ProblemHandler(errors.TicketTypeNotSoldError, problems.TicketTypeNotSold),
    ProblemHandler(errors.TicketQuotaExhaustedError, problems.TicketTypeNotSold),
    ProblemHandler(errors.TooManySeatsError, problems.TooManySeats, seat_limit),
    ProblemHandler(errors.CustomerLimitError, problems.CustomerLimit, seat_limit),
    ProblemHandler(errors.ReservationExpiredError, problems.ReservationExpired),
    ProblemHandler(
        errors.ReservationClosedError, problems.ReservationClosed, reservation_status
    ),
    ProblemHandler(errors.NoMoreExtensionsError, problems.NoMoreExtensions),
    ProblemHandler(errors.PaymentClosedError, problems.PaymentClosed, payment_status),
    ProblemHandler(errors.RefundTooLateError, problems.RefundRefused, refunds_end),
    ProblemHandler(errors.NothingToRefundError, problems.RefundRefused, no_refund),
    ProblemHandler(money_errors.TicketUsedError, problems.RefundRefused, no_refund),
    ProblemHandler(
        money_errors.TicketTransferredError, problems.RefundRefused, no_refund
    ),
    ProblemHandler(money_errors.WrongProviderError, problems.WrongProvider, provider),
    ProblemHandler(money_errors.CheckoutUnavailableError, problems.ProviderUnavailable),
    ProblemHandler(errors.IdempotencyConflictError, problems.IdempotencyConflict),
    ProblemHandler(errors.RoomBusyError, problems.RoomBusy, conflicting_session),
    ProblemHandler(check_ins.AlreadyCheckedInError, door.AlreadyCheckedIn, other_scan),
    ProblemHandler(check_ins.TicketNotValidError, door.TicketNotValid, ticket_status),
    ProblemHandler(check_ins.WrongSessionError, door.WrongSession, ticket_of),
    ProblemHandler(check_ins.TooEarlyError, door.TooEarly, opening),
]

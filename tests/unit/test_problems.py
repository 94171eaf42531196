"""Every error of the domain has a problem type, a message and a field."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from graphql import GraphQLUnionType

from app.executable_schema import build_schema
from domain import check_ins, errors, money_errors
from domain.account_tokens import TokenInvalidError
from domain.errors import DomainError
from domain.money import Money
from domain.payment import PaymentStatus
from domain.profiles import AccountInUseError
from domain.reservation import ReservationStatus
from domain.tickets import TicketStatus
from resolvers.languages import OFFERED
from resolvers.problems import HANDLERS
from resolvers.texts import localize
from schema import enums, problems
from tests.support.sessions import SESSION

NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)
TICKET = UUID(int=1)
EXAMPLES: list[DomainError] = [
    errors.NotFoundError(),
    errors.InvalidInputError("seatIds", rule="seats_missing"),
    errors.OutdatedError(3),
    errors.SessionInUseError(),
    errors.RoomInUseError(),
    errors.MovieInUseError(),
    errors.EmailTakenError(),
    TokenInvalidError(),
    AccountInUseError(),
    errors.InvalidCredentialsError(),
    errors.SeatsUnavailableError([]),
    errors.NotEnoughSeatsError(3, 1),
    errors.OrphanLeftError([], []),
    errors.TicketTypeNotSoldError(),
    errors.TicketQuotaExhaustedError(),
    errors.SessionClosedError(),
    errors.SessionOverError(),
    errors.SessionMovedError(SESSION),
    errors.PriceChangedError(Money(5000, "BRL")),
    errors.TooManySeatsError(8),
    errors.CustomerLimitError(16),
    errors.ReservationExpiredError(),
    errors.ReservationClosedError(ReservationStatus.CONFIRMED),
    errors.NoMoreExtensionsError(),
    errors.PaymentClosedError(PaymentStatus.CANCELLED),
    errors.RefundTooLateError(NOON),
    errors.NothingToRefundError(),
    money_errors.WrongProviderError("stripe"),
    money_errors.CheckoutUnavailableError(),
    money_errors.TicketUsedError(),
    money_errors.TicketTransferredError(),
    check_ins.AlreadyCheckedInError(TICKET, NOON, "A"),
    check_ins.TicketNotValidError(TicketStatus.REFUNDED),
    check_ins.WrongSessionError(TICKET),
    check_ins.TooEarlyError(NOON),
    errors.IdempotencyConflictError(),
    errors.RoomBusyError(SESSION),
]


def problem_of(error: DomainError, locale: str = "en") -> problems.Problem:
    [handler] = [each for each in HANDLERS if each.exception_type is type(error)]
    return handler.problem(error, locale)


def test_every_domain_error_has_an_example() -> None:
    assert {type(error) for error in EXAMPLES} == set(DomainError.__subclasses__())


@pytest.mark.parametrize("locale", OFFERED)
@pytest.mark.parametrize("error", EXAMPLES, ids=lambda error: error.code)
def test_every_domain_error_becomes_a_problem(error: DomainError, locale: str) -> None:
    problem = problem_of(error, locale)

    assert problem.code == error.code
    assert problem.message == localize(error.code, locale, **vars(problem))


def test_a_refused_token_only_asks_to_sign_in_again() -> None:
    problem = problem_of(errors.SignInAgainError(), "es")

    assert problem == problems.InvalidCredentials(
        code="INVALID_CREDENTIALS", message=localize("sign_in_again", "es")
    )


def test_problems_have_the_facts_of_their_errors() -> None:
    limited = problem_of(errors.TooManySeatsError(8), "pt-BR")
    ended = problem_of(errors.PaymentClosedError(PaymentStatus.CANCELLED))
    invalid = problem_of(
        errors.InvalidInputError("rows", "0", rule="idempotency_key_length", limit=255),
        "es",
    )

    assert limited == problems.TooManySeats(
        code="TOO_MANY_SEATS",
        message="É possível reservar até 8 assentos por vez.",
        limit=8,
    )
    assert isinstance(ended, problems.PaymentClosed)
    assert ended.status is enums.PaymentStatus.CANCELLED
    assert isinstance(invalid, problems.InvalidInput)
    assert invalid.message == "Algunos de los datos indicados no son válidos."
    assert invalid.fields == [
        problems.FieldError(
            path=["rows", "0"], message="Debe tener entre 1 y 255 caracteres."
        )
    ]


def test_every_invalid_field_is_listed() -> None:
    title = errors.InvalidInputError("title", rule="value_missing")
    title.others = (errors.InvalidInputError("rows", "1", "row", rule="row_label"),)

    invalid = problem_of(title)

    assert isinstance(invalid, problems.InvalidInput)
    assert [each.path for each in invalid.fields] == [["title"], ["rows", "1", "row"]]


def test_the_conflicting_session_is_in_the_problem() -> None:
    busy = problem_of(errors.RoomBusyError(SESSION))

    assert isinstance(busy, problems.RoomBusy)
    assert busy.conflicting_session.id == str(SESSION.id)


def test_every_problem_can_be_reached() -> None:
    unions = [
        kind
        for kind in build_schema()._schema.type_map.values()
        if isinstance(kind, GraphQLUnionType)
    ]
    members = {member.name for union in unions for member in union.types}
    mapped: dict[str, Any] = {each.error_type.__name__: each for each in HANDLERS}

    assert {each.__name__ for each in problems.Problem.__subclasses__()} == set(mapped)
    assert set(mapped) <= members

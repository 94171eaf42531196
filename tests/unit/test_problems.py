"""Every refusal of the domain has a problem, a text, and a field that can answer it."""

from types import SimpleNamespace
from typing import Any, cast

import pytest
from graphql import GraphQLUnionType
from strawberry.types.field import StrawberryField

from app.graphql import build_schema
from app.languages import OFFERED
from domain import errors
from domain.errors import DomainError
from domain.payment import PaymentStatus
from domain.reservation import ReservationStatus
from resolvers.context import Info
from resolvers.problems import HANDLERS
from resolvers.texts import worded
from schema import problems

EXAMPLES: list[DomainError] = [
    errors.NotFoundError(),
    errors.InvalidInputError("seatIds", rule="seats_missing"),
    errors.EmailTakenError(),
    errors.InvalidCredentialsError(),
    errors.SeatsUnavailableError([]),
    errors.SessionClosedError(),
    errors.TooManySeatsError(8),
    errors.ReservationExpiredError(),
    errors.ReservationClosedError(ReservationStatus.CONFIRMED),
    errors.PaymentClosedError(PaymentStatus.CANCELLED),
    errors.IdempotencyConflictError(),
]


def problem_of(error: DomainError, locale: str = "en") -> problems.Problem:
    [refusal] = [each for each in HANDLERS if each.exception_type is type(error)]
    field = cast("StrawberryField", None)
    context = SimpleNamespace(locale=locale, refusals=[])
    info = cast("Info", SimpleNamespace(context=context))
    return refusal.handle(error, field=field, info=info)


def test_every_domain_error_has_an_example() -> None:
    assert {type(error) for error in EXAMPLES} == set(DomainError.__subclasses__())


@pytest.mark.parametrize("locale", OFFERED)
@pytest.mark.parametrize("error", EXAMPLES, ids=lambda error: error.code)
def test_every_domain_error_becomes_a_problem(error: DomainError, locale: str) -> None:
    problem = problem_of(error, locale)

    assert problem.code == error.code
    assert problem.message == worded(error.code, locale, **vars(problem))


def test_who_entered_nothing_wrong_is_only_asked_to_sign_in_again() -> None:
    problem = problem_of(errors.SignInAgainError(), "es")

    assert problem == problems.InvalidCredentials(
        code="INVALID_CREDENTIALS", message=worded("sign_in_again", "es")
    )


def test_facts_are_told() -> None:
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
    assert ended.status is PaymentStatus.CANCELLED
    assert isinstance(invalid, problems.InvalidInput)
    assert invalid.message == "Algunos de los datos indicados no son válidos."
    assert invalid.fields == [
        problems.FieldError(
            path=["rows", "0"], message="Debe tener entre 1 y 255 caracteres."
        )
    ]


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

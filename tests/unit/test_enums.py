"""The enums of the GraphQL schema have exactly the members of the domain's."""

from enum import Enum, StrEnum

import pytest

from domain.payment import PaymentStatus
from domain.people import Role
from domain.reservation import ReservationStatus
from domain.seat_plan import SeatFeature
from domain.seats import SeatStatus
from domain.sessions import SessionStatus
from schema import enums


@pytest.mark.parametrize(
    ("public", "own"),
    [
        (enums.Role, Role),
        (enums.SeatFeature, SeatFeature),
        (enums.SeatStatus, SeatStatus),
        (enums.SessionStatus, SessionStatus),
        (enums.ReservationStatus, ReservationStatus),
        (enums.PaymentStatus, PaymentStatus),
    ],
)
def test_members_are_the_domains(public: type[Enum], own: type[StrEnum]) -> None:
    assert {each.name: each.value for each in public} == dict(own.__members__)
    assert not hasattr(own, "__strawberry_definition__")

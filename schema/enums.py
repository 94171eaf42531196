"""The enums that clients see; the value of each member is the domain's own member."""

from enum import Enum

import strawberry
from strawberry import enum_value

from domain import payment, people, reservation, seats


@strawberry.enum(description="What a person may do.")
class Role(Enum):
    CUSTOMER = enum_value(people.Role.CUSTOMER, description="Buys seats.")
    MANAGER = enum_value(
        people.Role.MANAGER,
        description="Keeps the catalog: movies, rooms and sessions.",
    )


@strawberry.enum(description="Whether a seat can be had.")
class SeatStatus(Enum):
    AVAILABLE = enum_value(
        seats.SeatStatus.AVAILABLE, description="Whoever reserves it first has it."
    )
    HELD = enum_value(
        seats.SeatStatus.HELD,
        description="Reserved, not paid yet: it goes to its customer, or back on sale.",
    )
    SOLD = enum_value(seats.SeatStatus.SOLD, description="Paid.")


@strawberry.enum(description="PENDING holds its seats, then ends once.")
class ReservationStatus(Enum):
    PENDING = enum_value(
        reservation.ReservationStatus.PENDING,
        description="Its seats are held until `expiresAt`.",
    )
    CONFIRMED = enum_value(
        reservation.ReservationStatus.CONFIRMED,
        description="Paid: its seats are sold.",
    )
    CANCELLED = enum_value(
        reservation.ReservationStatus.CANCELLED,
        description="Given up by its customer: its seats went back on sale.",
    )
    EXPIRED = enum_value(
        reservation.ReservationStatus.EXPIRED,
        description="Not paid in time: its seats went back on sale.",
    )


@strawberry.enum(
    description="PENDING until it ends, once, together with its reservation."
)
class PaymentStatus(Enum):
    PENDING = enum_value(
        payment.PaymentStatus.PENDING,
        description="Can be approved until its reservation is over.",
    )
    APPROVED = enum_value(
        payment.PaymentStatus.APPROVED, description="Paid: the seats are sold."
    )
    EXPIRED = enum_value(
        payment.PaymentStatus.EXPIRED, description="Not approved in time."
    )
    CANCELLED = enum_value(
        payment.PaymentStatus.CANCELLED, description="Its reservation was cancelled."
    )

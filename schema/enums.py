"""GraphQL enums. The value of each member is the member of the domain's enum."""

from enum import Enum

import strawberry
from strawberry import enum_value

from domain import (
    attempts,
    best_seats,
    payment,
    people,
    reservation,
    seat_plan,
    seats,
    sessions,
    tickets,
)


@strawberry.enum(description="Role of an account.")
class Role(Enum):
    CUSTOMER = enum_value(people.Role.CUSTOMER, description="Buys seats.")
    MANAGER = enum_value(
        people.Role.MANAGER,
        description="Manages rooms and sessions of their cinemas. A manager of the"
        " whole network manages movies and cinemas, too.",
    )
    CASHIER = enum_value(
        people.Role.CASHIER,
        description="Works at the box offices of their cinemas. May do what a customer"
        " may: no operation is for cashiers yet.",
    )
    USHER = enum_value(
        people.Role.USHER,
        description="Works at the doors of their cinemas. May do what a customer may:"
        " no operation is for ushers yet.",
    )


@strawberry.enum(description="Status of a seat in one session.")
class SeatStatus(Enum):
    AVAILABLE = enum_value(
        seats.SeatStatus.AVAILABLE,
        description="Free: the first customer to reserve it gets it.",
    )
    HELD = enum_value(
        seats.SeatStatus.HELD,
        description="Reserved but not paid yet. It becomes SOLD, or AVAILABLE again.",
    )
    SOLD = enum_value(seats.SeatStatus.SOLD, description="Paid for.")
    BLOCKED = enum_value(
        seats.SeatStatus.BLOCKED, description="Not on sale: a manager keeps it back."
    )


@strawberry.enum(description="What is special about a seat.")
class SeatFeature(Enum):
    WHEELCHAIR = enum_value(
        seat_plan.SeatFeature.WHEELCHAIR, description="A place for a wheelchair."
    )
    COMPANION = enum_value(
        seat_plan.SeatFeature.COMPANION,
        description="For who comes with somebody in a wheelchair place beside it.",
    )
    AISLE = enum_value(seat_plan.SeatFeature.AISLE, description="At an aisle.")
    OBSTRUCTED_VIEW = enum_value(
        seat_plan.SeatFeature.OBSTRUCTED_VIEW,
        description="Something stands between it and the screen.",
    )
    RECLINER = enum_value(
        seat_plan.SeatFeature.RECLINER, description="Its back can be lowered."
    )
    SOFA_LEFT = enum_value(
        seat_plan.SeatFeature.SOFA_LEFT, description="The left half of a sofa for two."
    )
    SOFA_RIGHT = enum_value(
        seat_plan.SeatFeature.SOFA_RIGHT,
        description="The right half of a sofa for two.",
    )


@strawberry.enum(
    description="How close together seats must be. It is never given up silently."
)
class Together(Enum):
    ROW = enum_value(
        best_seats.Together.ROW, description="Side by side, without an aisle between."
    )
    NEAR = enum_value(
        best_seats.Together.NEAR,
        description="Each beside another one, across an aisle, or in front of it.",
    )
    ANY = enum_value(
        best_seats.Together.ANY,
        description="As close together as there are seats, in several places if need"
        " be.",
    )


@strawberry.enum(
    description="Status of a reservation. It starts PENDING and changes once. Only"
    " money that comes late through a provider may turn EXPIRED into CONFIRMED."
)
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
        description="Cancelled by the customer, or with its session, before it was"
        " paid. Its seats are free.",
    )
    EXPIRED = enum_value(
        reservation.ReservationStatus.EXPIRED,
        description="Not paid in time. Its seats are for sale again.",
    )


@strawberry.enum(
    description="Status of a payment. It starts PENDING and changes once, together with"
    " its reservation; EXPIRED may become APPROVED if the money comes late. An approved"
    " payment may be refunded later."
)
class PaymentStatus(Enum):
    PENDING = enum_value(
        payment.PaymentStatus.PENDING,
        description="Can be approved until the reservation expires.",
    )
    APPROVED = enum_value(
        payment.PaymentStatus.APPROVED, description="Paid: the seats are sold."
    )
    EXPIRED = enum_value(
        payment.PaymentStatus.EXPIRED, description="Not approved in time."
    )
    CANCELLED = enum_value(
        payment.PaymentStatus.CANCELLED, description="The reservation was cancelled."
    )
    REFUNDED = enum_value(
        payment.PaymentStatus.REFUNDED, description="All of it is given back."
    )
    PARTLY_REFUNDED = enum_value(
        payment.PaymentStatus.PARTLY_REFUNDED,
        description="A part of it is given back: the other tickets stay valid.",
    )


@strawberry.enum(
    description="Status of a refund. Its seats are on sale again from the beginning."
)
class RefundStatus(Enum):
    PENDING = enum_value(
        attempts.RefundStatus.PENDING, description="The provider has not confirmed it."
    )
    SUCCEEDED = enum_value(
        attempts.RefundStatus.SUCCEEDED,
        description="The money is given back, or there was none to move.",
    )
    FAILED = enum_value(
        attempts.RefundStatus.FAILED,
        description="The provider refuses it: the staff has to give the money back.",
    )


@strawberry.enum(description="Whether a session takes place.")
class SessionStatus(Enum):
    SCHEDULED = enum_value(
        sessions.SessionStatus.SCHEDULED, description="It takes place as planned."
    )
    CANCELLED = enum_value(
        sessions.SessionStatus.CANCELLED,
        description="It does not take place: all that was sold is refunded.",
    )


@strawberry.enum(
    description="What becomes of a hold that leaves a free seat without a free"
    " neighbour, where another choice in that place would not."
)
class OrphanRule(Enum):
    OFF = enum_value(sessions.OrphanRule.OFF, description="Nothing.")
    WARN = enum_value(
        sessions.OrphanRule.WARN,
        description="The seats are held. `Reservation.orphans` shows what is left.",
    )
    REFUSE = enum_value(
        sessions.OrphanRule.REFUSE, description="It is refused: OrphanLeft."
    )


@strawberry.enum(description="Order of a list of sessions.")
class SessionOrder(Enum):
    BY_START = enum_value(
        "BY_START", description="By start time: the oldest first, past ones included."
    )
    TO_COME_FIRST = enum_value(
        "TO_COME_FIRST",
        description="Sessions to come, the next one at the top; then those that have"
        " started. A session that starts while you page may appear twice.",
    )


@strawberry.enum(description="Status of a ticket.")
class TicketStatus(Enum):
    RESERVED = enum_value(
        tickets.TicketStatus.RESERVED, description="Held; not paid yet."
    )
    VALID = enum_value(tickets.TicketStatus.VALID, description="Sold.")
    USED = enum_value(
        tickets.TicketStatus.USED, description="Used at the door. Not used yet."
    )
    REFUNDED = enum_value(
        tickets.TicketStatus.REFUNDED, description="Given back: see `Payment.refunds`."
    )
    VOID = enum_value(
        tickets.TicketStatus.VOID,
        description="Its reservation was cancelled or has expired.",
    )

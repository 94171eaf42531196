"""The root types of the GraphQL schema."""

import strawberry

from resolvers.accounts import AccountMutations, AccountQueries
from resolvers.best_seats import BestSeatsMutations
from resolvers.blocks import BlockMutations
from resolvers.cancellations import CancellationMutations
from resolvers.catalog import CatalogMutations
from resolvers.checkout import CheckoutMutations
from resolvers.cinemas import CinemaQueries
from resolvers.clock import ClockQueries
from resolvers.door import DoorMutations, DoorQueries
from resolvers.movies import MovieQueries
from resolvers.passwords import PasswordMutations
from resolvers.payments import PaymentMutations, PaymentQueries
from resolvers.people import PeopleMutations, PeopleQueries
from resolvers.plans import PlanMutations, PlanQueries
from resolvers.prices import PriceMutations, PriceQueries
from resolvers.refunds import RefundMutations
from resolvers.rescheduling import ReschedulingMutations
from resolvers.reservations import (
    ReservationMutations,
    ReservationQueries,
    ReservationSubscriptions,
)
from resolvers.rooms import RoomQueries
from resolvers.sessions import SeatSubscriptions, SessionQueries
from resolvers.sign_in_codes import SignInCodeMutations
from resolvers.tickets import TicketMutations
from resolvers.transfers import TicketQueries, TransferMutations
from resolvers.venues import VenueMutations


@strawberry.type(description="Read data.")
class Query(
    PeopleQueries,
    AccountQueries,
    CinemaQueries,
    MovieQueries,
    RoomQueries,
    PlanQueries,
    SessionQueries,
    PriceQueries,
    ReservationQueries,
    TicketQueries,
    PaymentQueries,
    ClockQueries,
    DoorQueries,
): ...


@strawberry.type(
    description="Change data. Mutations of one operation run one after the other."
)
class Mutation(
    PeopleMutations,
    SignInCodeMutations,
    AccountMutations,
    PasswordMutations,
    CatalogMutations,
    VenueMutations,
    PriceMutations,
    BlockMutations,
    PlanMutations,
    TicketMutations,
    TransferMutations,
    ReservationMutations,
    BestSeatsMutations,
    PaymentMutations,
    CheckoutMutations,
    RefundMutations,
    CancellationMutations,
    ReschedulingMutations,
    DoorMutations,
): ...


@strawberry.type(description="Follow changes over a WebSocket.")
class Subscription(SeatSubscriptions, ReservationSubscriptions): ...

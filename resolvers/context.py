"""The context of a GraphQL operation: services, viewer, language and loaders."""

from dataclasses import dataclass, field

from strawberry.types import Info as StrawberryInfo

from domain.payment import APPROVE
from domain.people import Viewer
from domain.reservation import DEFAULT_TERMS, HoldTerms
from domain.ticket_codes import TicketCodes
from domain.tickets import Ticket
from resolvers.account_ports import (
    AccountAccess,
    AddressAccess,
    CodeExchange,
    DeviceAccess,
    PasswordAccess,
    ProfileAccess,
)
from resolvers.booking_ports import Booking, CheckingIn, Refunding, Transferring
from resolvers.catalog_ports import (
    Cancelling,
    CatalogEditing,
    PriceEditing,
    Rescheduling,
    SeatBlocking,
    VenueEditing,
)
from resolvers.faults import bad_user_input
from resolvers.loaders import Loaders
from resolvers.ports import (
    CheckoutStart,
    Extending,
    NextTurn,
    PaymentApproval,
    RateLimiter,
    Readers,
    ReservationTicks,
    SeatMapFeed,
)
from resolvers.seating_ports import BestSeatsBooking
from resolvers.texts import ENGLISH
from runtime.networks import network_of

# Five maps of the largest room, or a page of usual ones: takes a third of a second.
MAX_SEATS_IN_ANSWER = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Shared by all operations of a process."""

    booking: Booking
    best_seats: BestSeatsBooking
    extensions: Extending
    payments: PaymentApproval
    refunds: Refunding
    check_ins: CheckingIn
    ticket_codes: TicketCodes
    transfers: Transferring
    cancellations: Cancelling
    rescheduling: Rescheduling
    accounts: AccountAccess
    identities: CodeExchange
    addresses: AddressAccess
    passwords: PasswordAccess
    profiles: ProfileAccess
    devices: DeviceAccess
    catalog: CatalogEditing
    venues: VenueEditing
    prices: PriceEditing
    blocks: SeatBlocking
    queries: Readers
    rate_limits: RateLimiter
    seat_feed: SeatMapFeed
    reservation_feed: ReservationTicks
    hold_terms: HoldTerms = DEFAULT_TERMS
    checkout: CheckoutStart | None = None  # None: customers approve their payments
    payment_provider: str = APPROVE
    # Where a client has its page /tickets. Without it links are relative to our own.
    pages_url: str = ""


@dataclass(slots=True, kw_only=True)
class Context:
    """One per operation. `request_id` finds the log line of a masked fault."""

    services: Services
    viewer: Viewer | None
    request_id: str
    address: str | None = None
    locale: str = ENGLISH
    next_turn: NextTurn | None = None  # set by the transport of a subscription
    refusals: list[str] = field(default_factory=list)  # codes answered so far
    _loaders: Loaders | None = field(init=False, default=None)
    _seats_counted: int = field(init=False, default=0)

    @property
    def network(self) -> str | None:
        return network_of(self.address)

    @property
    def devices(self) -> DeviceAccess:
        return self.services.devices

    @property
    def hold_terms(self) -> HoldTerms:
        return self.services.hold_terms

    @property
    def payment_provider(self) -> str:
        return self.services.payment_provider

    @property
    def loaders(self) -> Loaders:
        """Created on first use: most mutations under load never need them."""
        if self._loaders is None:
            self._loaders = Loaders(self.services.queries, self.viewer)
        return self._loaders

    def code_of(self, ticket: Ticket) -> str | None:
        holds = self.viewer is not None and self.viewer.id == ticket.holder_id
        if not (holds and ticket.has_code):
            return None
        return self.services.ticket_codes.code(ticket.id, ticket.generation)

    def count_seats(self, number: int) -> None:
        """Count seats of the answer. Raises FaultError if it has too many.

        The cost of a document assumes rooms of a usual size; some are larger.
        """
        self._seats_counted += number
        if self._seats_counted > MAX_SEATS_IN_ANSWER:
            raise bad_user_input("seats_in_answer", limit=MAX_SEATS_IN_ANSWER)

    async def wait_for_turn(self) -> None:
        """Await it before a subscription reads something large again.

        Raises FaultError if a server is unavailable.
        """
        if self.next_turn is not None:
            await self.next_turn()

    def clear_loaders(self) -> None:
        """Call it after a write, so that nested fields read fresh rows."""
        self._loaders = None

    def start_next_event(self) -> None:
        """For a subscription: each event reads fresh rows and counts its own seats."""
        self.clear_loaders()
        self._seats_counted = 0


Info = StrawberryInfo[Context, None]

"""What one GraphQL operation can reach."""

from dataclasses import dataclass, field

from strawberry.types import Info as StrawberryInfo

from domain.accounts import AccountService
from domain.booking import BookingService
from domain.catalog import CatalogService
from domain.identities import IdentityService
from domain.people import Viewer
from domain.sales import PaymentService
from persistence.key_value.rate_limits import RateLimits
from persistence.queries import Queries
from realtime.reservation_feed import ReservationFeed
from realtime.seat_feed import SeatFeed
from resolvers.faults import bad_user_input
from resolvers.loaders import Loaders
from resolvers.texts import ENGLISH

# Five maps of the largest room, a page of the usual ones: a third of a second.
MAX_SEATS_IN_ANSWER = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What all operations of a process share."""

    booking: BookingService
    payments: PaymentService
    accounts: AccountService
    identities: IdentityService
    catalog: CatalogService
    queries: Queries
    rate_limits: RateLimits
    seat_feed: SeatFeed
    reservation_feed: ReservationFeed


@dataclass(slots=True, kw_only=True)
class Context:
    """One per operation; `request_id` is what a masked fault can be found by."""

    services: Services
    viewer: Viewer | None
    request_id: str
    address: str | None = None
    locale: str = ENGLISH
    refusals: list[str] = field(default_factory=list)  # codes that were answered
    _loaders: Loaders | None = field(init=False, default=None)
    _seats_counted: int = field(init=False, default=0)

    @property
    def loaders(self) -> Loaders:
        """Made when first asked for: most mutations in a storm never ask."""
        if self._loaders is None:
            self._loaders = Loaders(self.services.queries, self.viewer)
        return self._loaders

    def count_seats(self, number: int) -> None:
        """Those of the answer: raises FaultError when they are too many.

        A document's cost is reckoned with rooms of a usual size; others are larger.
        """
        self._seats_counted += number
        if self._seats_counted > MAX_SEATS_IN_ANSWER:
            raise bad_user_input("seats_in_answer", limit=MAX_SEATS_IN_ANSWER)

    def clear_loaders(self) -> None:
        """What follows has to be answered with fresh rows."""
        self._loaders = None

    def start_next_event(self) -> None:
        """To the next event of a subscription."""
        self.clear_loaders()
        self._seats_counted = 0


Info = StrawberryInfo[Context, None]

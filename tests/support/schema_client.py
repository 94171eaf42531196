"""Runs operations on the real schema and Postgres, without HTTP; feeds are scripted."""

from contextlib import aclosing
from dataclasses import replace
from typing import Any
from uuid import UUID

import orjson
import strawberry
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine
from strawberry.types import ExecutionResult

from domain.best_booking import BestSeatsService
from domain.blocks import BlockService
from domain.booking import BookingService
from domain.cancellations import CancellationService
from domain.catalog import CatalogService
from domain.extensions import ExtensionService
from domain.people import Role, Viewer
from domain.prices import PriceService
from domain.refunds import RefundService
from domain.rescheduling import ReschedulingService
from domain.sales import PaymentService
from domain.seat_rules import SeatRules
from domain.transfers import TransferService
from domain.venues import VenueService
from loadtest.documents import RESERVE_SEATS
from persistence.catalog.blocks import PostgresBlocks
from persistence.catalog.catalog import PostgresCatalog
from persistence.catalog.prices import PostgresPrices
from persistence.catalog.rescheduling import PostgresReschedules
from persistence.catalog.venues import PostgresVenues
from persistence.money.cancellations import PostgresCancellations
from persistence.money.refunds import PostgresRefunds
from persistence.postgres.pool import Pool
from persistence.queries import Queries
from persistence.sales.ledger import PostgresLedger
from persistence.sales.transfers import PostgresTransfers
from resolvers.context import Context, Services
from tests.support.cinema import Show, reserving
from tests.support.door import check_in_service
from tests.support.null_services import (
    UNUSED,
    NetworkStaff,
    NoSeatLocks,
    NothingCached,
    NoWakeup,
    Unlimited,
)
from tests.support.scripted_feeds import ScriptedReservationFeed, ScriptedSeatFeed
from tests.support.ticket_codes import TICKET_CODES
from transport.documents.document import read
from transport.json_text import encode
from transport.operation_extension import DOCUMENT

MANAGER = Viewer(UUID(int=1), Role.MANAGER)


class CountingPool:
    """A pool for seat maps that records its statements."""

    def __init__(self, pool: Pool, statements: list[str]) -> None:
        self._pool = pool
        self._statements = statements

    async def fetch(self, statement: str, *args: object) -> Any:
        self._statements.append(statement)
        return await self._pool.fetch(statement, *args)


def as_received(result: ExecutionResult) -> ExecutionResult:
    """As a client has it: parts of a plan's data are JSON already."""
    return replace(result, data=orjson.loads(encode(result.data)))


class SchemaClient:
    """Runs each operation as a customer (by id), as a viewer or anonymously."""

    def __init__(
        self, schema: strawberry.Schema, engine: AsyncEngine, pool: Pool
    ) -> None:
        self.schema = schema
        self.statements: list[str] = []
        self.turns = 0  # that operations have waited for
        self.seat_feed = ScriptedSeatFeed()
        self.reservation_feed = ScriptedReservationFeed()
        event.listen(engine.sync_engine, "before_cursor_execute", self._count)
        ledger = PostgresLedger(pool)
        self.queries = Queries.on(
            engine, CountingPool(pool, self.statements), NothingCached()
        )
        booking = BookingService(
            ledger,
            NoSeatLocks(),
            NoWakeup(),
            rules=SeatRules(self.queries.seatings),
        )
        self.services = Services(
            booking=booking,
            best_seats=BestSeatsService(
                booking, ledger, self.queries.seatings, NoWakeup()
            ),
            extensions=ExtensionService(ledger, NoSeatLocks(), NoWakeup()),
            payments=PaymentService(ledger, NoSeatLocks(), NoWakeup()),
            refunds=RefundService(
                PostgresRefunds(pool), ledger, NoSeatLocks(), NoWakeup()
            ),
            check_ins=check_in_service(pool),
            cancellations=CancellationService(
                PostgresCancellations(pool), ledger, NothingCached(), NoWakeup()
            ),
            rescheduling=ReschedulingService(
                PostgresReschedules(pool), ledger, NothingCached(), NoWakeup()
            ),
            ticket_codes=TICKET_CODES,
            transfers=TransferService(PostgresTransfers(pool)),
            accounts=UNUSED,
            identities=UNUSED,
            addresses=UNUSED,
            passwords=UNUSED,
            profiles=UNUSED,
            devices=UNUSED,
            catalog=CatalogService(PostgresCatalog(pool), NothingCached(), NoWakeup()),
            venues=VenueService(PostgresVenues(pool), NothingCached(), NoWakeup()),
            blocks=BlockService(PostgresBlocks(pool), NoWakeup()),
            prices=PriceService(PostgresPrices(pool), NothingCached()),
            queries=replace(self.queries, staff=NetworkStaff()),
            rate_limits=Unlimited(),
            seat_feed=self.seat_feed,
            reservation_feed=self.reservation_feed,
        )

    def _count(self, _db: Any, _cursor: Any, statement: str, *_: Any) -> None:
        self.statements.append(statement)

    def context(self, who: UUID | Viewer | None) -> Context:
        viewer = Viewer(who, Role.CUSTOMER) if isinstance(who, UUID) else who
        return Context(
            services=self.services,
            viewer=viewer,
            request_id="request-1",
            next_turn=self._next_turn,
        )

    async def _next_turn(self) -> None:
        self.turns += 1

    async def ask(
        self, query: str, who: UUID | Viewer | None = None, **variables: Any
    ) -> ExecutionResult:
        self.statements.clear()
        result = await self.schema.execute(
            query,
            variables,
            self.context(who),
            operation_extensions={DOCUMENT: read(query)},
        )
        assert isinstance(result, ExecutionResult)
        return as_received(result)

    async def data(
        self, query: str, who: UUID | Viewer | None = None, **variables: Any
    ) -> dict[str, Any]:
        result = await self.ask(query, who, **variables)
        assert result.errors is None, result.errors
        assert result.data is not None
        return result.data

    async def code(
        self, query: str, who: UUID | Viewer | None = None, **variables: Any
    ) -> str:
        """The code of the only error."""
        result = await self.ask(query, who, **variables)
        [error] = result.errors or []
        return str((error.extensions or {})["code"])

    async def reserve(self, who: UUID, show: Show, *numbers: int) -> dict[str, Any]:
        """The result of reserving the seats with these numbers, from 0."""
        return await self.mutate(RESERVE_SEATS, who, **reserving(show, *numbers))

    async def mutate(
        self, document: str, who: UUID | Viewer | None, **entered: Any
    ) -> dict[str, Any]:
        """The result of the only mutation in the document, which takes `$input`."""
        [result] = (await self.data(document, who, input=entered)).values()
        return dict(result)

    async def watch(
        self,
        query: str,
        who: UUID | Viewer | None = None,
        *,
        at_most: int = 99,
        **variables: Any,
    ) -> list[ExecutionResult]:
        results: list[ExecutionResult] = []
        stream = await self.schema.stream(
            query,
            variables,
            self.context(who),
            operation_extensions={DOCUMENT: read(query)},
        )
        async with aclosing(stream):
            async for result in stream:
                assert isinstance(result, ExecutionResult)
                results.append(as_received(result))
                if len(results) == at_most:
                    break
        return results

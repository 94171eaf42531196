"""Any sequence of holds, cancels, approvals and expiries leaves consistent rows.

After every step all rows, versions and events must agree with a plain model.
"""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    rule,
    run_state_machine_as_test,
)

from domain.ports import Hold
from persistence.postgres.pool import Pool, open_pool
from persistence.sales.ledger import PostgresLedger
from tests.support.cinema import Cinema, Show, expire_hold
from tests.support.events import close_payments, open_payments

Answer = TypeVar("Answer")
SEATS, CUSTOMERS = 5, 2


@dataclass
class Booked:
    """What the model knows of one reservation."""

    id: UUID
    customer: UUID
    seats: tuple[int, ...]
    status: str = "PENDING"
    payment: str | None = None
    over: bool = False


@dataclass
class Model:
    versions: list[int] = field(default_factory=lambda: [1] * SEATS)
    booked: list[Booked] = field(default_factory=list)

    def holder(self, seat: int) -> Booked | None:
        taken = (b for b in self.booked if b.status in {"PENDING", "CONFIRMED"})
        return next((b for b in taken if seat in b.seats), None)

    def close(self, booked: Booked, status: str) -> None:
        booked.status = status
        self.touch(booked)

    def touch(self, booked: Booked) -> None:
        for seat in booked.seats:
            self.versions[seat] += 1


class Books(RuleBasedStateMachine):
    database_url: str
    reservations: Bundle[Booked] = Bundle("reservations")

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.model = Model()
        self.pool: Pool = self.run(
            open_pool(self.database_url, max_size=2, name="properties")
        )
        self.ledger = PostgresLedger(self.pool)
        cinema = Cinema(self.pool)
        self.show: Show = self.run(cinema.open_session(seats=SEATS))
        self.people: list[UUID] = self.run(cinema.customers(CUSTOMERS))

    def run(self, call: Coroutine[Any, Any, Answer]) -> Answer:
        return self.runner.run(call)

    def teardown(self) -> None:
        self.run(self.pool.close())
        self.runner.close()

    @rule(
        target=reservations,
        who=st.integers(0, CUSTOMERS - 1),
        seats=st.sets(st.integers(0, SEATS - 1), min_size=1, max_size=3),
    )
    def hold(self, who: int, seats: set[int]) -> Booked:
        wanted = tuple(sorted(seats))
        booked = Booked(id=uuid4(), customer=self.people[who], seats=wanted)
        holders = {id(h): h for s in wanted if (h := self.model.holder(s))}
        expired = {h.id for h in holders.values() if h.over and h.status == "PENDING"}

        verdict = self.run(
            self.ledger.hold(
                Hold(
                    reservation_id=booked.id,
                    customer_id=booked.customer,
                    wanted=self.show.wanting(*wanted),
                    period=timedelta(seconds=30),
                )
            )
        )

        assert verdict.session
        assert not verdict.begun
        assert set(verdict.expired) == expired
        assert bool(verdict.reservation) == (not holders)
        if verdict.reservation:
            self.model.booked.append(booked)
            self.model.touch(booked)
        else:
            booked.status = "REFUSED"
        return booked

    @rule(booked=reservations)
    def let_its_time_pass(self, booked: Booked) -> None:
        self.run(expire_hold(self.pool, booked.id))

        booked.over = booked.over or booked.status == "PENDING"

    @rule(booked=reservations)
    def open_or_close_payment(self, booked: Booked) -> None:
        self.run(open_payments(self.pool, booked.id))
        self.run(close_payments(self.pool, booked.id))

        if booked.status == "PENDING":
            booked.payment = booked.payment or "PENDING"
        elif booked.status in {"EXPIRED", "CANCELLED"} and booked.payment == "PENDING":
            booked.payment = booked.status

    @rule(booked=reservations, who=st.integers(0, CUSTOMERS - 1))
    def cancel(self, booked: Booked, who: int) -> None:
        verdict = self.run(self.ledger.cancel(booked.id, self.people[who]))

        if booked.status == "REFUSED" or self.people[who] != booked.customer:
            assert (verdict.status, verdict.reservation) == (None, None)
        elif booked.status == "PENDING" and not booked.over:
            assert verdict.reservation
            self.model.close(booked, "CANCELLED")
        else:
            over = booked.over and booked.status == "PENDING"
            assert verdict.status == ("EXPIRED" if over else booked.status)
            assert verdict.reservation is None

    @rule(booked=reservations, who=st.integers(0, CUSTOMERS - 1))
    def approve(self, booked: Booked, who: int) -> None:
        payment_id = self.run(
            self.pool.fetchval(
                "SELECT id FROM payments WHERE reservation_id = $1", booked.id
            )
        )
        verdict = self.run(
            self.ledger.approve(payment_id or uuid4(), self.people[who], None)
        )

        if booked.payment is None or self.people[who] != booked.customer:
            assert (verdict.payment, verdict.confirmed) == (None, None)
        elif booked.status == "PENDING" and not booked.over:
            assert verdict.confirmed
            booked.payment = "APPROVED"
            self.model.close(booked, "CONFIRMED")
        else:
            assert verdict.confirmed is None
            assert verdict.payment
            ended = {"PENDING": "EXPIRED", "CONFIRMED": "APPROVED"}
            assert verdict.payment.status == ended.get(booked.status, booked.status)

    @rule(booked=consumes(reservations))
    def expire(self, booked: Booked) -> None:
        self._expired(booked, self.run(self.ledger.expire([booked.id])))

    @rule()
    def sweep(self) -> None:
        mine = {booked.id: booked for booked in self.model.booked}
        swept = self.run(self.ledger.expire_due(1_000))

        due = {b.id for b in mine.values() if b.over and b.status == "PENDING"}
        assert {r.id for r in swept if r.id in mine} == due
        for reservation_id in due:
            self.model.close(mine[reservation_id], "EXPIRED")

    @invariant()
    def books_agree(self) -> None:
        self.run(self._compare())

    def _expired(self, booked: Booked, expired: list[Any]) -> None:
        if booked.over and booked.status == "PENDING":
            assert [reservation.id for reservation in expired] == [booked.id]
            self.model.close(booked, "EXPIRED")
        else:
            assert expired == []

    async def _compare(self) -> None:
        seats = await self.pool.fetch(
            "SELECT status, version, reservation_id FROM session_seats"
            " WHERE session_id = $1 ORDER BY id",
            self.show.session_id,
        )
        for seat, row in enumerate(seats):
            holder = self.model.holder(seat)
            states = {"PENDING": "HELD", "CONFIRMED": "SOLD"}
            assert row["status"] == (states[holder.status] if holder else "AVAILABLE")
            assert row["reservation_id"] == (holder.id if holder else None)
            assert row["version"] == self.model.versions[seat]
        known = await self.pool.fetch(
            "SELECT r.id, r.status, r.amount_minor, p.status AS payment,"
            " p.amount_minor AS paid FROM reservations r"
            " LEFT JOIN payments p ON p.reservation_id = r.id WHERE r.session_id = $1",
            self.show.session_id,
        )
        assert {(row["id"], row["status"], row["payment"]) for row in known} == {
            (booked.id, booked.status, booked.payment) for booked in self.model.booked
        }
        assert all(row["paid"] in {None, row["amount_minor"]} for row in known)
        events = await self.pool.fetch(
            "SELECT seat->>'id' AS id, array_agg((seat->>'version')::int"
            " ORDER BY position) AS versions"
            " FROM outbox, jsonb_array_elements(data->'seats') seat"
            " WHERE session_id = $1 AND topic = 'reservations' GROUP BY 1",
            self.show.session_id,
        )
        versions = {UUID(row["id"]): row["versions"] for row in events}
        for seat, seat_id in enumerate(self.show.seat_ids):
            newest = self.model.versions[seat]
            assert versions.get(seat_id, []) == list(range(2, newest + 1))


def test_the_books_agree_with_the_model(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Books, "database_url", database_url, raising=False)

    run_state_machine_as_test(
        Books,
        settings=settings(
            max_examples=40,  # and 40 of test_price_properties.py, with the same rules
            stateful_step_count=30,
            deadline=None,  # a slow day is no failure
            derandomize=True,  # the same sequences on every machine
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )

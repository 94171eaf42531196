"""Any sequence of holds, cancels, approvals and expiries leaves consistent rows.

After every step all rows, versions and events must agree with a plain model.
"""

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from typing import Any, TypeVar
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    consumes,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from domain.ports import Hold, IdempotencyKey, KeyReusedError
from persistence.postgres.pool import Pool, open_pool
from persistence.sales.ledger import PostgresLedger
from tests.support.cinema import Cinema, Show, expire_hold
from tests.support.events import update_payments
from tests.support.ledger_model import Booked, Model, Outcome

Answer = TypeVar("Answer")
SEATS, CUSTOMERS = 5, 2
# Who wants which seats, with which key.
WANTED = st.tuples(
    st.integers(0, CUSTOMERS - 1),
    st.sets(st.integers(0, SEATS - 1), min_size=1, max_size=3),
    st.sampled_from([None, None, "one", "other"]),
)


class Books(RuleBasedStateMachine):
    database_url: str
    reservations: Bundle[Booked] = Bundle("reservations")

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.model = Model([1] * SEATS)
        self.pool: Pool = self.run(
            open_pool(self.database_url, max_size=4, name="properties")
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

    @rule(target=reservations, wanted=WANTED)
    def hold(self, wanted: tuple[int, set[int], str | None]) -> Booked:
        booked = self._booked(*wanted)

        [outcome] = self.run(self._decide([booked]))

        assert outcome == self.model.hold(booked)
        return self._marked(booked, outcome)

    @rule(target=reservations, wanted=st.lists(WANTED, min_size=2, max_size=4))
    def hold_at_once(
        self, wanted: list[tuple[int, set[int], str | None]]
    ) -> MultipleResults[Booked]:
        """They share statements. The outcomes are those of one order, one by one."""
        booked = [self._booked(*each) for each in wanted]

        outcomes = self.run(self._decide(booked))

        self.model = next(
            model
            for order in permutations(range(len(booked)))
            if (model := self._serial(booked, outcomes, order))
        )
        return multiple(*map(self._marked, booked, outcomes))

    @rule(booked=reservations)
    def let_its_time_pass(self, booked: Booked) -> None:
        self.run(expire_hold(self.pool, booked.id))

        booked.over = booked.over or booked.status == "PENDING"

    @rule(booked=reservations)
    def open_or_close_payment(self, booked: Booked) -> None:
        self.run(update_payments(self.pool, booked.id))
        self.run(update_payments(self.pool, booked.id))

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
        self.run(self.model.compare(self.pool, self.show))

    def _expired(self, booked: Booked, expired: list[Any]) -> None:
        if booked.over and booked.status == "PENDING":
            assert [reservation.id for reservation in expired] == [booked.id]
            self.model.close(booked, "EXPIRED")
        else:
            assert expired == []

    def _booked(self, who: int, seats: set[int], key: str | None) -> Booked:
        return Booked(
            id=uuid4(), customer=self.people[who], seats=tuple(sorted(seats)), key=key
        )

    def _marked(self, booked: Booked, outcome: Outcome) -> Booked:
        if outcome != "held":
            booked.status = "REFUSED"
        return booked

    def _serial(
        self, booked: list[Booked], outcomes: list[Outcome], order: tuple[int, ...]
    ) -> Model | None:
        """The model after this order; None if it has other outcomes."""
        model = replace(
            self.model,
            versions=[*self.model.versions],
            booked=[*self.model.booked],
            used_keys={*self.model.used_keys},
        )
        fits = all(model.hold(booked[n]) == outcomes[n] for n in order)
        return model if fits else None

    async def _decide(self, booked: list[Booked]) -> list[Outcome]:
        return await asyncio.gather(*map(self._hold, booked))

    async def _hold(self, booked: Booked) -> Outcome:
        key = booked.key and IdempotencyKey("reserveSeats", booked.key, b"input")
        try:
            verdict = await self.ledger.hold(
                Hold(
                    reservation_id=booked.id,
                    customer_id=booked.customer,
                    wanted=self.show.wanting(*booked.seats),
                    period=timedelta(seconds=30),
                    key=key or None,
                )
            )
        except KeyReusedError:
            return "key reused"
        assert verdict.session
        assert not verdict.closed
        if verdict.reservation:
            assert verdict.reservation.id == booked.id
            return "held"
        taken = (self.show.seat_ids.index(seat.id) for seat in verdict.taken)
        return frozenset(taken), frozenset(verdict.expired)


def test_the_books_agree_with_the_model(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Books, "database_url", database_url, raising=False)

    run_state_machine_as_test(
        Books,
        settings=settings(
            max_examples=40,  # and 40 of test_price_properties.py, with the same rules
            stateful_step_count=30,
            derandomize=True,  # the same sequences on every machine
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )

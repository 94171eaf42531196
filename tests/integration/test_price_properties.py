"""The rows stay consistent while managers change the price between holds."""

from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule, run_state_machine_as_test

from domain.money import Money
from domain.session_changes import SessionChange
from persistence.catalog.catalog import PostgresCatalog
from tests.integration.test_ledger_properties import SEATS, Books
from tests.support.ledger_model import Booked


class PricedBooks(Books):
    def __init__(self) -> None:
        super().__init__()
        self.catalog = PostgresCatalog(self.pool)
        self.price = 2500

    @rule(amount=st.integers(2499, 2502))
    def reprice(self, amount: int) -> None:
        holders: dict[Any, Booked] = {
            held.id: held for seat in range(SEATS) if (held := self.model.holder(seat))
        }
        expired = [h for h in holders.values() if h.over and h.status == "PENDING"]

        change = SessionChange(price=Money(amount, "BRL"))
        self.run(self.catalog.change_session(self.show.session_id, change))

        if amount != self.price:
            self.price = amount
            for over in expired if len(expired) == len(holders) else ():
                self.model.close(over, "EXPIRED")
            self.model.versions = [version + 1 for version in self.model.versions]

    @invariant()
    def each_reservation_costs_what_its_tickets_do(self) -> None:
        wrong = self.run(
            self.pool.fetchval(
                "SELECT count(*) FROM reservations r"
                " LEFT JOIN payments p ON p.reservation_id = r.id"
                " WHERE r.session_id = $1 AND (r.amount_minor <> ("
                "   SELECT sum(price_minor) FROM claims WHERE reservation_id = r.id)"
                " OR p.amount_minor <> r.amount_minor)",
                self.show.session_id,
            )
        )
        assert wrong == 0


def test_the_books_agree_with_the_model_at_any_price(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Books, "database_url", database_url, raising=False)

    run_state_machine_as_test(
        PricedBooks,
        settings=settings(
            max_examples=40,
            stateful_step_count=25,
            derandomize=True,  # the same sequences on every machine
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )

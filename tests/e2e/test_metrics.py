"""Metrics of `make run`: the API counts a sale, the worker its events."""

import httpx2

from tests.support.metrics_scrape import Figures, figure, figures_in
from tests.support.polling import eventually
from tests.support.run import RunUnderTest
from tests.support.running_service import Customer, RunningService

SENT = "cinema_relay_sends_total"


async def test_a_sale_is_seen_by_the_api_and_its_events_by_the_worker(
    live_run: RunUnderTest, service: RunningService, ana: Customer
) -> None:
    settings = live_run.settings()
    worker_port = settings["METRICS_PORT"]

    async def scrape(port: str) -> Figures:
        async with httpx2.AsyncClient() as http:
            answer = await http.get(f"http://127.0.0.1:{port}/metrics", timeout=30)
        assert answer.status_code == 200
        return figures_in(answer.text)

    sales = figure(await scrape(settings["PORT"]), "cinema_sales_total") or 0
    sent = figure(await scrape(worker_port), SENT, send="first") or 0
    session, seats = await service.session(ana)
    held = await ana.reserve(session, seats[0])
    await ana.approve(await ana.payment_of(held["id"]))

    async def all_is_sent() -> bool:
        # Created, opened, confirmed, approved; other tests may add more.
        return (figure(await scrape(worker_port), SENT, send="first") or 0) >= sent + 4

    figures = await scrape(settings["PORT"])
    assert figure(figures, "cinema_sales_total") == sales + 1
    assert figure(figures, "cinema_up", server="postgres") == 1
    await eventually(all_is_sent)

"""`money`: compares the provider's report of a day with our rows."""

import asyncio
import os
from argparse import Namespace
from datetime import UTC, date, datetime

from app.commands.outages import outages_explained
from app.payments import open_provider
from app.settings import Settings
from domain.payment_provider import ProviderRefusedError, ProviderUnavailableError
from domain.reconciliation import Reconciliation, ReconciliationService
from persistence.money.books import PostgresBooks
from persistence.postgres.pool import open_pool
from runtime import run_file
from runtime.errors import CommandError


@outages_explained()
def run(arguments: Namespace) -> None:
    day = _day(arguments.day)
    found = asyncio.run(_of_day(day))
    for difference in found.differences:
        print(difference)
    print(f"{day} (UTC): {found.captures} captures, {found.refunds} refunds")
    if found.differences:
        raise CommandError(f"Differences: {len(found.differences)}.")


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise CommandError(f"{text!r} is no day: write it as 2026-11-29.") from None
    if day > datetime.now(UTC).date():
        raise CommandError(f"{day} has not begun (UTC).")
    return day


async def _of_day(day: date) -> Reconciliation:
    os.environ.update(run_file.environment(os.environ))
    settings = Settings.load()
    async with open_provider(settings) as provider:
        if provider is None:
            raise CommandError(
                "Customers approve their payments themselves here: there is no"
                " provider to ask (PAYMENT_PROVIDER)."
            )
        from providers.stripe_report import StripeReport  # noqa: PLC0415 # 30 MB

        report = StripeReport(settings)
        pool = await open_pool(settings.database_url, max_size=1, name="operator")
        try:
            service = ReconciliationService(provider, report, PostgresBooks(pool))
            return await service.of_day(day)
        except (ProviderUnavailableError, ProviderRefusedError) as error:
            raise CommandError(f"The provider does not answer: {error}.") from error
        finally:
            await pool.close()
            await report.close()

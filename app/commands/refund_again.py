"""`refund-again`: sends a refund that the provider has refused once more."""

from argparse import Namespace
from uuid import UUID

from app.commands.outages import outages_explained
from app.commands.servers import run_with_servers
from persistence.money.refunds import PostgresRefunds
from persistence.postgres.pool import Pool
from realtime.broker import Kafka
from runtime.errors import CommandError


@outages_explained()
def run(arguments: Namespace) -> None:
    key = _refund_id(arguments.refund_id)

    async def main(pool: Pool, _broker: Kafka) -> None:
        again = await PostgresRefunds(pool).repeat(key)
        if again is None:
            raise CommandError(
                f"{key} is not a refund that has FAILED (see `python -m app story` of"
                " its reservation), or its money was never captured, or it was sent"
                " again before."
            )
        print(f"{again} is sent in place of {key}")

    run_with_servers(main)


def _refund_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise CommandError(f"{text!r} is no id of a refund.") from None

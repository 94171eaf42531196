"""What belongs to a provider that is no longer configured waits, and can be seen."""

import re

from persistence.postgres.pool import Pool
from tests.support.cinema import Cinema
from tests.support.payments import Payments
from tests.support.run import ROOT

DOCUMENTED = re.compile(r"which provider has what:\n\n```sql\n(.*?)```", re.DOTALL)


async def test_no_settler_of_another_provider_touches_it(scratch_pool: Pool) -> None:
    cinema = Cinema(scratch_pool)
    ana, bruno = await cinema.customers(2)
    show = await cinema.open_session()
    before, after = Payments(scratch_pool), Payments(scratch_pool)
    sold = await before.hold(show, ana, 0)
    paid = await before.hold(show, bruno, 1)
    before.provider.fail("capture")
    await before.start(sold)
    await before.pay(sold)
    await before.settle()
    await before.start(paid)
    await before.pay(paid)

    await after.settle()
    await after.call_again()

    found = DOCUMENTED.search((ROOT / "docs/operations.md").read_text("utf-8"))
    assert found
    rows = await scratch_pool.fetch(found[1])
    name = before.provider.name
    assert {tuple(row)[:3] for row in rows} == {
        (name, "OUTCOME", 1),
        (name, "CAPTURE", 1),
    }
    before.provider.mend()
    await before.call_again()
    assert await scratch_pool.fetch(found[1]) == []

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.payment_sandbox import PaymentSandbox, payment_sandbox


@pytest.fixture
async def sandbox(tmp_path: Path) -> AsyncIterator[PaymentSandbox]:
    async with payment_sandbox(tmp_path) as running:
        yield running

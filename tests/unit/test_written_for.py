"""What /readyz asks of the tables is what the migrations make."""

from app.health import WRITTEN_FOR
from persistence.migrate import VERSIONS


def test_a_process_on_older_tables_is_not_ready() -> None:
    numbers = [each.name[:4] for each in (VERSIONS / "versions").glob("0*.py")]

    assert max(numbers) == WRITTEN_FOR, "set it in app/health.py"

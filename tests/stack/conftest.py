from collections.abc import Iterator
from pathlib import Path

import pytest

from stack.embedded.data_folder import DataFolder


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[DataFolder]:
    with DataFolder(tmp_path / "data") as claimed:
        yield claimed

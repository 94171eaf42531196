from pathlib import Path

import pytest

from runtime.errors import CommandError
from stack.cluster import run


@pytest.mark.parametrize("name", ["my data", "$(id)", "a;b", "it's", 'a"b', "a:b"])
def test_a_folder_that_scripts_would_misread_is_refused(
    tmp_path: Path, name: str
) -> None:
    environ = {"DATA_DIR": str(tmp_path / name)}

    with pytest.raises(CommandError, match="set DATA_DIR to one of letters"):
        run.main(Path("docker-compose.cluster.yml"), environ)

    assert list(tmp_path.iterdir()) == []

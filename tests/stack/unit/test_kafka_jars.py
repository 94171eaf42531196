from hashlib import sha256
from pathlib import Path

import pytest

from runtime.errors import CommandError
from stack.cluster.kafka_jars import DESCRIPTION, verify

KNOWN = f"{sha256(b'one').hexdigest()}  one.jar\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "one.jar").write_bytes(b"one")
    return tmp_path


def test_the_known_files_are_taken(folder: Path) -> None:
    verify(folder, KNOWN)


def test_a_changed_file_is_refused(folder: Path) -> None:
    (folder / "one.jar").write_bytes(b"another")

    with pytest.raises(CommandError, match=r"\(one.jar\)"):
        verify(folder, KNOWN)


def test_a_file_too_many_or_too_few_is_refused(folder: Path) -> None:
    (folder / "two.jar").write_bytes(b"two")
    (folder / "one.jar").unlink()

    with pytest.raises(CommandError, match=r"\(one.jar, two.jar\)"):
        verify(folder, KNOWN)


def test_the_versions_of_kafka_agree() -> None:
    known = (DESCRIPTION / "SHA256SUMS").read_text()
    pom = (DESCRIPTION / "pom.xml").read_text()

    assert "kafka_2.13-4.3.1.jar" in known
    assert "<version>4.3.1</version>" in pom
    for file in ("docker-compose.yml", "docker-compose.cluster.yml"):
        assert "image: apache/kafka:4.3.1\n" in Path(file).read_text()

"""Apache Kafka from Maven Central: fetched once, verified by SHA-256 each time."""

import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from runtime.errors import CommandError

DESCRIPTION = Path(__file__).parents[2] / "deploy" / "kafka"
OLDEST_JAVA = 17
PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1"
FETCH_SECONDS = 600


class NoKafkaError(Exception):
    """The message says why Kafka cannot run on this machine."""


def kafka_jars(environ: Mapping[str, str], say: Callable[[str], None]) -> Path:
    """The folder; raises CommandError for files with wrong checksums, NoKafkaError."""
    _require_java()
    caches = environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    known = (DESCRIPTION / "SHA256SUMS").read_text("ascii")
    version = hashlib.sha256(known.encode()).hexdigest()[:12]
    folder = Path(caches) / "cinema-tickets" / f"kafka-{version}"
    if not folder.exists():
        say("Fetching Apache Kafka from Maven Central (once; a minute) ...")
        _fetch(folder)
    verify(folder, known)
    return folder


def verify(folder: Path, known: str) -> None:
    expected = {line.split()[1]: line.split()[0] for line in known.splitlines()}
    found = {
        jar.name: hashlib.sha256(jar.read_bytes()).hexdigest()
        for jar in folder.iterdir()
    }
    wrong = sorted({name for name, _ in expected.items() ^ found.items()})
    if wrong:
        raise CommandError(
            f"What is in {folder} is not what deploy/kafka/SHA256SUMS knows "
            f"({', '.join(wrong)}): remove that folder, and start again."
        )


def _require_java() -> None:
    if not (shutil.which("java") and shutil.which("mvn")):
        raise NoKafkaError("java or mvn is not installed")
    output = subprocess.run(
        ["java", "-version"],  # noqa: S607 - the one that the machine has
        check=False,
        capture_output=True,
        text=True,
    ).stderr
    version = re.search(r'version "(\d+)', output)
    if not version or int(version[1]) < OLDEST_JAVA:
        raise NoKafkaError(f"java is older than {OLDEST_JAVA}")


def _fetch(folder: Path) -> None:
    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as unfinished:
        jars = Path(unfinished) / "jars"
        fetching = subprocess.run(  # noqa: S603 - our own description
            [  # noqa: S607 - the one that the machine has
                "mvn",
                "--quiet",
                "--batch-mode",
                f"--file={DESCRIPTION / 'pom.xml'}",
                f"{PLUGIN}:copy-dependencies",
                f"-DoutputDirectory={jars}",
            ],
            check=False,
            capture_output=True,
            text=True,
            env=dict(os.environ),
            timeout=FETCH_SECONDS,
        )
        if fetching.returncode != 0:
            why = next(iter(fetching.stdout.splitlines()), "no reason given")
            raise NoKafkaError(f"Maven could not fetch it: {why}")
        jars.rename(folder)

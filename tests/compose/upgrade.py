"""An older version with its data, and the present one in its place."""

import io
import re
import shutil
import subprocess
import tarfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.compose.buyer import Buyer, Sales
from tests.compose.engine import ROOT, EngineError, Project, docker

# Release 0.1.0, and the first commit whose cluster starts on an engine.
OLDER = {
    "docker-compose.yml": "86e7c36",
    "docker-compose.cluster.yml": "ca202b9",
}
SALE_SECONDS = 60.0
SYNTAX = re.compile(r"^# syntax=.*\n")  # asks a registry for what every engine has
# Each look of 0.1.0 at Kafka starts a JVM, which a busy machine does not end in time.
CHECK = re.compile(r'test: \[CMD-SHELL, "KAFKA_HEAP_OPTS=.*')
LISTENS = 'test: [CMD, bash, -c, "exec 3<>/dev/tcp/127.0.0.1/9092"]'


@contextmanager
def older(project: Project, say: Callable[[str], None]) -> Iterator[Project]:
    """The older version, built, on the volumes of the project; not started.

    Raises EngineError when this checkout does not have its commit.
    """
    commit = OLDER[project.file]
    with TemporaryDirectory(prefix="older-") as name:
        folder = Path(name)
        _unpack(commit, folder)
        _mend(folder, project.file)
        images = {ours: f"{there}-older" for ours, there in project.images.items()}
        say(f"building {commit}")
        build(images, folder)
        yield replace(project, folder=folder, images=images)
    for image in images.values():
        docker("image", "rm", "--force", image)


def _mend(folder: Path, file: str) -> None:
    """Only what keeps an older version from its start on any engine."""
    (folder / ".dockerignore").unlink()  # 0.1.0's leaves out what the build copies
    for name, pattern, mended in (("Dockerfile", SYNTAX, ""), (file, CHECK, LISTENS)):
        text = (folder / name).read_text("utf-8")
        (folder / name).write_text(pattern.sub(mended, text), "utf-8")


def _unpack(commit: str, folder: Path) -> None:
    git = shutil.which("git") or "git"
    archive = subprocess.run(
        [git, "archive", commit], cwd=ROOT, capture_output=True, check=False
    )
    if archive.returncode:
        raise EngineError(f"this checkout does not have {commit}")
    with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as tar:
        tar.extractall(folder, filter="data")


def replace_programs(
    project: Project, buyer: Buyer, say: Callable[[str], None]
) -> float:
    """As docs/operations.md says; the longest time without a sale."""
    sales = Sales(buyer)
    sales.start()
    began = time.monotonic()
    for job in ("roles", "prepare"):
        project.compose("run", "--rm", "--no-deps", "-T", job)
    for name in project.running():
        if name.startswith(("api", "worker")):
            since = project.state(name)["StartedAt"]
            project.compose("up", "--detach", "--no-deps", name)
            project.wait_until_healthy([name], after=since)
            say(f"{name} is replaced")
    until = time.monotonic() + SALE_SECONDS
    last = time.monotonic()
    while not sales.has_sold_since(last) and time.monotonic() < until:
        time.sleep(0.1)
    sales.stop()
    return sales.longest_gap_since(began)


TARGETS = {"cinema-tickets": "program", "cinema-postgres": "postgres"}


def build(images: Mapping[str, str], folder: Path = ROOT) -> None:
    for ours, there in images.items():
        target = TARGETS[ours.partition(":")[0]]
        docker(
            *("buildx", "build", "--quiet", "--load", "--target", target),
            *("--tag", there, str(folder)),
            seconds=1_800,
        )

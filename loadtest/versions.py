"""Servers of the bench: the working tree, another commit, a run in progress, a peer."""

import os
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from loadtest import api_process, plan
from runtime import run_file
from runtime.errors import CommandError
from stack.embedded.ports import ReservedPort, ask

ROOT = Path(__file__).parents[1]
LOCK = "requirements.lock"  # of what the API needs: tools may differ
START_SECONDS = 120
STOP_SECONDS = 60
POLL_SECONDS = 0.05


@dataclass(frozen=True)
class _Run:
    """What the bench does not care who started."""

    name: str
    data_dir: Path

    def apis(self) -> list[int]:
        return api_process.find_apis(self.data_dir)

    def processes(self) -> list[int]:
        return api_process.find_all(self.data_dir)


@dataclass(frozen=True)
class RunningVersion(_Run):
    """Somebody else starts and stops it: `make run` or `make cluster`."""

    @contextmanager
    def serving(self) -> Iterator[dict[str, str]]:
        """The environment in which the load test finds the server."""
        yield _environment(DATA_DIR=str(self.data_dir))


@dataclass(frozen=True)
class SourceVersion(_Run):
    """A source tree, the Python that runs it, and a data folder of its own."""

    root: Path
    python: str

    @contextmanager
    def serving(self) -> Iterator[dict[str, str]]:
        """The data stays."""
        with closing(ReservedPort()) as port:
            environment = _environment(
                DATA_DIR=str(self.data_dir), HOST="127.0.0.1", PORT=str(port.number)
            )
            command = [self.python, "-m", "app", "run"]
            is_ready = (self.data_dir / run_file.FILE).exists
            with _server(command, self.root, environment, is_ready):
                yield environment


class PeerServer:
    """A server of loadtest.peers. Its customers need no token that is one."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._process: int | None = None

    def apis(self) -> list[int]:
        return [self._process] if self._process else []

    processes = apis

    @contextmanager
    def serving(self) -> Iterator[dict[str, str]]:
        with (
            closing(ReservedPort()) as port,
            tempfile.NamedTemporaryFile("w", suffix=".txt") as tokens,
        ):
            print(*range(plan.MAX_TOKENS), sep="\n", file=tokens, flush=True)
            environment = _environment(
                LOADTEST_URL=f"http://127.0.0.1:{port.number}",
                LOADTEST_TOKENS_FILE=tokens.name,
            )
            arguments = ("-m", "loadtest.peers", self.name, str(port.number))
            command = [sys.executable, *arguments]
            is_ready = partial(_answers, port.number)
            with _server(command, ROOT, environment, is_ready) as process:
                self._process = process
                yield environment


@contextmanager
def _server(
    command: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    is_ready: Callable[[], bool],
) -> Iterator[int]:
    """The id of its process; stops it afterwards."""
    with tempfile.NamedTemporaryFile(suffix=".log") as log:
        process = subprocess.Popen(  # noqa: S603 - our own programs
            command,
            cwd=folder,
            env={**environment, "STOP_WITH_PARENT": "1"},
            stdout=log,
            stderr=log,
        )
        try:
            ends = time.monotonic() + START_SECONDS
            while not is_ready():
                if process.poll() is not None or time.monotonic() > ends:
                    said = Path(log.name).read_text("utf-8")[-2000:]
                    raise CommandError(f"{' '.join(command)} did not start: {said}")
                time.sleep(POLL_SECONDS)
            yield process.pid
        finally:
            process.terminate()
            process.wait(STOP_SECONDS)


def _answers(port: int) -> bool:
    return ask(port, b"") is not None


Version = RunningVersion | SourceVersion | PeerServer


def working_tree(folder: Path) -> SourceVersion:
    name = f"working tree {_git('describe', '--always', '--dirty', '--exclude=*')}"
    return SourceVersion(name, folder / "new", ROOT, sys.executable)


@contextmanager
def checked_out(commit: str, folder: Path, *, page: bool) -> Iterator[SourceVersion]:
    """The commit in a git worktree, with its `page` built. Removed afterwards."""
    root = folder / "tree"
    _git("worktree", "add", "--detach", str(root), f"{commit}^{{commit}}")
    try:
        if page:
            _build_page(root)
        name = f"base {_git('rev-parse', '--short', commit)}"
        yield SourceVersion(name, folder / "base", root, _python(root, folder))
    finally:
        _git("worktree", "remove", "--force", str(root))


def _python(root: Path, folder: Path) -> str:
    """Ours if the locked dependencies are the same, else that of a new environment."""
    lock = root / LOCK
    if lock.read_bytes() == (ROOT / LOCK).read_bytes():
        return sys.executable
    print("The base has other dependencies: making an environment ...", flush=True)
    venv.create(folder / "venv", with_pip=True)
    python = str(folder / "venv" / "bin" / "python")
    options = ("--quiet", "--disable-pip-version-check", "--require-hashes")
    install = [python, "-m", "pip", "install", *options, "-r", str(lock)]
    subprocess.run(install, check=True)  # noqa: S603 - pip, on a lock of ours
    return python


def _build_page(root: Path) -> None:
    """With our packages if its lock is the same, else with its own; or says why not."""
    shop, ours = root / "web" / "shop", ROOT / "web" / "shop"
    lock, packages = "package-lock.json", "node_modules"
    if not (shop / lock).exists():
        print("The base has no page.", flush=True)
        return
    print("Building the page of the base ...", flush=True)
    npm = (str(ROOT / "web" / "with-node"), "npm", "--silent", "--prefix", str(shop))
    commands: list[Sequence[str]] = [(*npm, "run", "build")]
    same = (shop / lock).read_bytes() == (ours / lock).read_bytes()
    if same and (ours / packages).exists():
        (shop / packages).symlink_to(ours / packages)
    else:
        commands.insert(0, (*npm, "ci"))
    try:
        for command in commands:
            subprocess.run(command, check=True)  # noqa: S603 - npm, on a lock of ours
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"The page of the base is not measured: {error}", flush=True)


def _environment(**settings: str) -> dict[str, str]:
    """Ours, but for what would lead to another server."""
    others = {"PORT", "METRICS_PORT", "LOADTEST_URL"}
    kept = {name: value for name, value in os.environ.items() if name not in others}
    return {**kept, **settings}


def _git(*arguments: str) -> str:
    done = subprocess.run(  # noqa: S603
        ["git", *arguments],  # noqa: S607 - the one on PATH
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise CommandError(f"git {' '.join(arguments)}: {done.stderr.strip()}")
    return done.stdout.strip()

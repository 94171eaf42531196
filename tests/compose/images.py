"""The images of the compose files: genuine ones, or stand-ins made from packages."""

import os
import re
import shutil
import ssl
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from stack.cluster.kafka_jars import kafka_jars
from tests.compose.engine import ROOT, EngineError, docker

STAND_INS = Path(__file__).parent / "stand_ins"
LABEL = "cinema.stand-in"
# Image of the compose files or the Dockerfile -> target of stand_ins/Dockerfile.
TARGETS = {
    "python": "python",
    "node": "node",
    "postgres": "postgres",
    "valkey/valkey": "valkey",
    "nginx": "nginx",
    "quay.io/coreos/etcd": "etcd",
    "apache/kafka": "kafka",
}
NOT_OF_PYTHON = {"site-packages", "test", "idlelib", "__pycache__"}
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
NEWER = "Package: *\nPin: release n=sid\nPin-Priority: 50\n"


def needed() -> list[str]:
    """All images that are not ours, in the order of TARGETS."""
    texts = [path.read_text("utf-8") for path in ROOT.glob("docker-compose*.yml")]
    texts.append((ROOT / "Dockerfile").read_text("utf-8"))
    names = re.findall(
        r"^(?:FROM|\s+image:)(?: --\S+)* (\S+:\S+)", "\n".join(texts), re.MULTILINE
    )
    found = {name for name in names if not name.startswith("cinema-")}
    order = list(TARGETS)
    return sorted(found, key=lambda name: order.index(name.rpartition(":")[0]))


def is_here(image: str) -> bool:
    with suppress(EngineError):
        docker("image", "inspect", image)
        return True
    return False


def provide(say: Callable[[str], None]) -> list[str]:
    """Pulls or makes those that are not here; returns the stand-ins that it made."""
    missing = [image for image in needed() if not is_here(image)]
    for image in list(missing):
        try:
            docker("pull", "--quiet", image, seconds=900)
        except EngineError as error:
            say(f"no registry for {image}: {str(error)[-120:]}")
            break
        missing.remove(image)
    if missing:
        _make_stand_ins(missing, say)
    return missing


def kinds() -> dict[str, str]:
    """What each image is: its digest, or `stand-in`."""
    return {image: _kind(image) for image in needed()}


def _kind(image: str) -> str:
    form = f'{{{{index .Config.Labels "{LABEL}"}}}} {{{{json .RepoDigests}}}}'
    label, _, digests = docker("image", "inspect", "--format", form, image).partition(
        " "
    )
    return "stand-in" if label == "true" else digests.strip()


def remove(stand_ins: Iterable[str]) -> None:
    """They have the names of real images, and must not be taken for them later."""
    for image in stand_ins:
        docker("image", "rm", "--force", image)


def _make_stand_ins(images: list[str], say: Callable[[str], None]) -> None:
    with tempfile.TemporaryDirectory(prefix="stand-ins-") as name:
        folder = Path(name)
        shutil.copytree(STAND_INS, folder, dirs_exist_ok=True)
        shutil.copy(ROOT / "requirements-node.lock", folder)
        say("stand-ins: the base, from this machine's Debian packages")
        _write_base(folder)
        _write_python(folder / "python.tar")
        jars = kafka_jars({}, say)
        for image in images:
            target = TARGETS[image.rpartition(":")[0]]
            say(f"stand-ins: {image}")
            docker(
                *("buildx", "build", "--quiet", "--load", "--target", target),
                *("--build-context", f"jars={jars}", "--label", f"{LABEL}=true"),
                *("--tag", image, str(folder)),
                seconds=900,
            )


def _write_base(folder: Path) -> None:
    """Debian as this machine gets it: its mirror, its certificates, its pip and npm."""
    listed = _output("apt-get", "indextargets", "--format", "$(REPO_URI)")
    mirror = next(
        line for line in listed.split() if line.rstrip("/").endswith("debian")
    )
    etc = folder / "etc"
    for below in ("apt/sources.list.d", "apt/preferences.d"):
        (etc / below).mkdir(parents=True)
    (etc / "apt/sources.list.d/newer.list").write_text(
        f"deb [check-valid-until=no signed-by={KEYRING}] {mirror} sid main\n"
    )
    (etc / "apt/preferences.d/newer").write_text(NEWER)
    shutil.copy(
        ssl.get_default_verify_paths().cafile
        or ssl.get_default_verify_paths().openssl_cafile,
        etc / "machine-certificates.crt",
    )
    index = _output(sys.executable, "-m", "pip", "config", "get", "global.index-url")
    pip = f"[global]\nindex-url = {index}\n" if index else ""
    (etc / "pip.conf").write_text(pip)
    registry = (
        _output("npm", "config", "get", "registry") if shutil.which("npm") else ""
    )
    (etc / "npmrc").write_text(f"registry={registry}\n" if registry else "")
    paths = ("doc", "man", "locale")
    without = [f"--dpkgopt=path-exclude=/usr/share/{path}/*" for path in paths]
    command = ["mmdebstrap", "--quiet", "--variant=minbase", *without]
    command += ['--aptopt=Acquire::Languages "none"', "trixie"]
    made = subprocess.run(
        [*command, str(folder / "base.tar"), mirror],
        env={**os.environ, "SOURCE_DATE_EPOCH": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode:
        raise EngineError(f"mmdebstrap: {made.stderr[-1_000:]}")


def _output(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip()


def _write_python(file: Path) -> None:
    """The Python that runs this, without its packages and tests."""
    prefix = Path(sys.base_prefix)
    if prefix == Path("/usr"):
        raise EngineError(
            "the stand-in for Python needs one outside of /usr, as pyenv's"
        )

    def wanted(info: tarfile.TarInfo) -> tarfile.TarInfo | None:
        parts = Path(info.name).parts
        inside = (
            parts[parts.index("site-packages") + 1 :]
            if "site-packages" in parts
            else ()
        )
        skipped = inside or NOT_OF_PYTHON - {"site-packages"} & set(parts)
        static = info.name.endswith(".a") or "/config-3" in info.name
        return None if skipped or static else info

    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    with tarfile.open(file, "w") as tar:
        for name in ("bin/python3", f"bin/{version}", "lib"):
            tar.add(prefix / name, name, filter=wanted)

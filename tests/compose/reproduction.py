"""Whether a build is the same twice, byte for byte."""

import json
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.compose.engine import ROOT, docker

# As .ci does for a release; any fixed moment will do.
EPOCH = "1764374400"


def can_compare() -> bool:
    """An engine without containerd's store cannot rewrite the times of files."""
    return "io.containerd.snapshotter" in docker(
        "info", "--format", "{{json .DriverStatus}}"
    )


def digests(target: str, say: Callable[[str], None], *, times: int = 2) -> list[str]:
    """Of so many builds from nothing."""
    found = []
    for _ in range(times):
        with tempfile.TemporaryDirectory() as folder:
            metadata = Path(folder) / "metadata.json"
            docker(
                *("buildx", "build", "--quiet", "--no-cache", "--provenance=false"),
                *("--target", target, "--metadata-file", str(metadata)),
                f"--build-arg=SOURCE_DATE_EPOCH={EPOCH}",
                f"--output=type=oci,dest={folder}/image.tar,rewrite-timestamp=true",
                str(ROOT),
                seconds=1_800,
            )
            shown = json.loads(metadata.read_text("utf-8"))
        found.append(str(shown["containerimage.digest"]))
        say(f"{target}: {found[-1]}")
    return found

"""`python -m tests.compose [FILE ...]`: both compose files, or those named."""

import sys
import time
from collections.abc import Sequence

from tests.compose import images, play, report
from tests.compose.engine import EngineError, docker

FILES = {
    "docker-compose.yml": ["cinema-tickets:0.1.0"],
    "docker-compose.cluster.yml": ["cinema-tickets:0.1.0", "cinema-postgres:18.4"],
}
# One customer buys all that is sold.
WITHOUT_LIMIT = {"environment": {"MAX_SEATS_PER_CUSTOMER": "10000"}}
MORE = dict.fromkeys(("api", "api-1", "api-2", "api-3"), WITHOUT_LIMIT)


def main(files: Sequence[str]) -> int:
    began = time.monotonic()

    def say(what: str) -> None:
        print(f"{time.monotonic() - began:6.0f} s  {what}", flush=True)

    try:
        say(docker("version", "--format", "engine {{.Server.Version}}").strip())
        stand_ins = images.provide(say)
    except (EngineError, FileNotFoundError) as error:
        print(f"There is no Docker engine that does: {error}", file=sys.stderr)
        return 2
    results = []
    for file in files or FILES:
        say(file)
        with play.own_project(file, FILES[file], MORE) as (project, address):
            results.append(play.play(file, project, say, address=address))
    print(*report.lines(results, images.kinds()), "", sep="\n")
    images.remove(stand_ins)
    failed = sum(len(result.complaints) for result in results)
    print(f"{sum(len(result.passed) for result in results)} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

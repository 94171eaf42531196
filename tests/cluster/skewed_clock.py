"""One of our programs with its clock off by some seconds.

`python -m tests.cluster.skewed_clock SECONDS COMMAND`.
"""

import sys
from datetime import UTC, datetime, timedelta

import time_machine

from app.commands.arguments import main

if __name__ == "__main__":
    _, seconds, *command = sys.argv
    there = datetime.now(UTC) + timedelta(seconds=int(seconds))
    with time_machine.travel(there, tick=True):
        sys.exit(main(command))

"""`cluster`: runs the services of the compose file here, and controls them."""

# ruff: noqa: PLC0415 - each action pays only for its own imports

import os
from argparse import Namespace

from stack.cluster.control import Control
from stack.cluster.run import COMPOSE_FILE, data_dir, main


def run(arguments: Namespace) -> None:
    folder = data_dir(os.environ)
    match arguments.action:
        case "run":
            main(arguments.file or COMPOSE_FILE, os.environ)
        case "status":
            from stack.cluster import status

            print(*status.lines(folder), sep="\n")
        case action:
            getattr(Control(folder), action)(arguments.service)

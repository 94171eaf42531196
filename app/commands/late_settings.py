"""Settings that the parent process sends once its servers are up."""

import json
import os
import sys
from argparse import Namespace


def wait_for_settings(arguments: Namespace) -> None:
    """With --settings-from-stdin: adds one JSON object from stdin to the environment.

    `run` starts its programs early, so that they import while its servers start.
    """
    if not arguments.settings_from_stdin:
        return
    line = sys.stdin.readline()
    if not line:  # the parent gave up
        sys.exit(1)
    os.environ.update(json.loads(line))

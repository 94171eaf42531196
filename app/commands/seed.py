"""`seed`: adds the demo data, or today's part of it."""

import os
from argparse import Namespace

from app.commands.outages import outages_explained
from runtime import run_file
from seeds import demo_data


@outages_explained()
def run(_arguments: Namespace) -> None:
    demo_data.main(run_file.require(os.environ, "DATABASE_URL"))

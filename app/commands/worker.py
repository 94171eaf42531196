"""`worker`: the worker process."""

from argparse import Namespace

from app import worker
from app.commands.late_settings import wait_for_settings
from app.settings import Settings


def run(arguments: Namespace) -> None:
    wait_for_settings(arguments)
    worker.main(Settings.load())

"""`serve`: the API process."""

from argparse import Namespace

from app import serve
from app.commands.late_settings import wait_for_settings
from app.settings import Settings


def run(arguments: Namespace) -> None:
    wait_for_settings(arguments)
    serve.main(Settings.load())

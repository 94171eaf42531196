"""`python -m sandbox`: the stand-in for Stripe, as a process of its own."""

from argparse import ArgumentParser
from pathlib import Path

from sandbox.server import serve
from sandbox.state import Options


def main() -> None:
    parser = ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument("folder", type=Path, help="has the database and both secrets")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--webhook-url", required=True, help="where events are sent")
    given = parser.parse_args()
    folder: Path = given.folder
    secrets = (folder / "webhook-secret").read_text("ascii").split(",")
    options = Options(
        file=folder / "sandbox.sqlite",
        address=f"http://{given.host}:{given.port}",
        secret_key=(folder / "secret-key").read_text("ascii").strip(),
        webhook_secrets=tuple(each.strip() for each in secrets),
        webhook_url=given.webhook_url,
    )
    serve(options, given.host, given.port)


main()

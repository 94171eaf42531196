"""The payment sandbox as one more service of the cluster: no image contains it."""

import shlex
from dataclasses import replace
from pathlib import Path

from stack.cluster.compose import PREPARE, ComposeFile, ComposeService
from stack.cluster.host_mapping import HostPorts
from stack.embedded.ports import LOOPBACK
from stack.embedded.sandbox import arguments, secrets_of_clients

NAME = "sandbox"
IMAGE = "payment-sandbox"  # of the node's profile alone
PORT = 12111


def with_sandbox(
    file: ComposeFile, folder: Path, ports: HostPorts, front: int
) -> ComposeFile:
    """Our programs take payments through it; it sends its events to `front`."""
    data = folder / NAME
    data.mkdir(mode=0o700, exist_ok=True)
    port = ports(NAME, PORT)
    webhook_url = f"http://{LOOPBACK}:{front}/webhooks/stripe"
    settings = secrets_of_clients(data) | {
        "PAYMENT_PROVIDER": "sandbox",
        "STRIPE_API_URL": f"http://{LOOPBACK}:{port}",
    }
    image = file.services[PREPARE].image
    services = {
        name: replace(service, environment={**service.environment, **settings})
        if service.image == image
        else service
        for name, service in file.services.items()
    }
    command = shlex.join(["python", *arguments(data, port, webhook_url)])
    services[NAME] = ComposeService(name=NAME, image=IMAGE, command=command)
    return replace(file, services=services)

"""`make cluster`: starts all services of the compose file, and supervises them."""

import os
import re
import signal
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from runtime import run_file
from runtime.errors import CommandError
from runtime.private_files import write_private
from stack.cluster.compose import PREPARE
from stack.cluster.control import ControlSocket
from stack.cluster.node import Node
from stack.cluster.start_retries import StartRetries
from stack.cluster.topology import Topology
from stack.embedded.data_folder import DataFolder
from stack.embedded.interrupts import Interrupts, StopRequestedError
from stack.embedded.launch import die_with_parent
from stack.embedded.ports import has_page
from stack.embedded.supervisor import Supervisor
from stack.run import (
    explorer_line,
    mail_line,
    payments_line,
    port_of,
    refuse_taken_port,
    say,
)

COMPOSE_FILE = Path("docker-compose.cluster.yml")
LOOK_SECONDS = 0.1
PLAIN = re.compile(r"[\w./-]+")


def data_dir(environ: Mapping[str, str]) -> Path:
    return Path(environ.get("DATA_DIR") or ".data/cluster")


def require_plain(folder: Path) -> None:
    """Scripts and configurations contain the folder's name without quotes."""
    if not PLAIN.fullmatch(str(folder.absolute())):
        raise CommandError(
            f"The data folder {folder.absolute()} has characters in its name that "
            "configurations cannot contain: set DATA_DIR to one of letters, digits, "
            "dots, dashes and underscores."
        )


def main(file: Path, environ: Mapping[str, str]) -> None:
    """Returns after Ctrl-C or TERM; raises CommandError when it does not come up."""
    if environ.get("STOP_WITH_PARENT"):
        # A `make` that is killed cannot stop us.
        die_with_parent(os.getppid(), signal.SIGTERM)
    port = port_of(environ)
    require_plain(data_dir(environ))
    with DataFolder(data_dir(environ)) as folder, Interrupts() as interrupts:
        refuse_taken_port("127.0.0.1", port)
        variables = {**environ, "PORT": str(port)}
        cluster = Cluster(folder, Topology(file, folder, variables, say), interrupts)
        try:
            cluster.start(port)
            cluster.keep()
        except StopRequestedError:
            say("\nStopping ...")
        finally:
            cluster.stop()
    say("Stopped. The data stays for the next start.")


class Cluster:
    def __init__(
        self, folder: DataFolder, topology: Topology, interrupts: Interrupts
    ) -> None:
        self._folder = folder
        self._topology = topology
        self._pause = interrupts.pause
        self._control: ControlSocket | None = None
        self._supervisor: Supervisor | None = None

    def start(self, port: int) -> None:
        began = time.monotonic()
        say(f"Starting {len(self._topology.nodes)} services in {self._folder.path} ...")
        if self._topology.broker:
            self._topology.broker.start()
            self._topology.broker.wait_until_ready(self._pause)
        self._start_in_order()
        self._supervisor = Supervisor(self._topology.lasting, say)
        self._control = ControlSocket(self._folder.path, self._do)
        settings = self._topology.settings(PREPARE) | {"PORT": str(port)}
        write_private(self._folder.path / run_file.FILE, run_file.as_json(settings))
        self._show_addresses(time.monotonic() - began, port, settings)

    def _start_in_order(self) -> None:
        """Each as soon as its dependencies are ready."""
        until = time.monotonic() + Node.start_seconds
        ready: set[str] = set()  # and jobs that are done
        started: set[str] = set()
        retries = StartRetries()
        while len(ready) < len(self._topology.nodes):
            for node in self._topology.nodes:
                if node.name in ready:
                    continue
                if node.name not in started and self._may_start(node, started, ready):
                    node.start()
                    started.add(node.name)
                if node.name not in started:
                    continue
                if node.answers():
                    ready.add(node.name)
                elif node.exit_code() is not None:
                    retries.restart(node)
            if time.monotonic() > until:
                late = started - ready
                raise CommandError(
                    "\n".join(
                        str(node.failure())
                        for node in self._topology.nodes
                        if node.name in late
                    )
                )
            self._pause(LOOK_SECONDS)

    def _may_start(self, node: Node, started: set[str], ready: set[str]) -> bool:
        return all(
            name in (started if how == "service_started" else ready)
            for name, how in node.service.after.items()
        )

    def keep(self) -> None:
        if self._supervisor is None or self._control is None:
            raise RuntimeError("the cluster was not started")
        while True:
            self._pause(self._supervisor.check(), [self._control.socket])
            self._control.answer()

    def _do(self, do: str, name: str) -> Any:
        """Does what a client of the control socket asks for; raises CommandError."""
        if do == "services":
            return {node.name: self._state(node) for node in self._topology.nodes}
        node = self._topology.find(name)
        if node is None or node.is_job or self._supervisor is None:
            raise CommandError(f"There is no service {name!r} to do that to.")
        if do == "start":
            self._supervisor.restart(node)
            return None
        if not node.is_running():
            raise CommandError(f"{name} does not run.")
        if do in {"stop", "leave_down"}:
            self._supervisor.leave_down(node)
        match do:
            case "kill" | "leave_down":
                node.kill()
            case "stop":
                node.resume()  # a frozen process could not stop in order
                node.signal(node.stop_signal)
            case "pause":
                node.pause()
            case "resume":
                node.resume()
            case _:
                raise CommandError(f"There is no command {do!r}.")
        return None

    def _state(self, node: Node) -> dict[str, Any]:
        state = "running" if node.is_running() else "done" if node.is_job else "down"
        return {
            "state": "paused" if node.is_running() and node.paused else state,
            "pid": node.pid,
            "ports": self._topology.ports.of(node.name),
            "log": str(node.log),
        }

    def stop(self) -> None:
        """In reverse start order; a second request kills at once."""
        (self._folder.path / run_file.FILE).unlink(missing_ok=True)
        try:
            for group in self._stop_groups():
                for node in group:
                    node.resume()
                    node.signal(node.stop_signal)
                for node in group:
                    node.wait_until_ended(self._pause)
        except StopRequestedError:
            say("Stopping at once ...")
        finally:
            for node in self._topology.nodes:
                node.kill()
            if self._topology.broker:
                self._topology.broker.kill()
            if self._control:
                self._control.close()
            self._topology.close()

    def _stop_groups(self) -> list[list[Node]]:
        """First the nodes on which no other depends, then their dependencies, ..."""
        left = [node for node in reversed(self._topology.nodes) if node.is_running()]
        groups = []
        while left:
            wanted = {name for node in left for name in self._needs(node)}
            group = [node for node in left if node.name not in wanted]
            groups.append(group)
            left = [node for node in left if node not in group]
        return groups

    def _needs(self, node: Node) -> set[str]:
        """Its dependencies, and those of the jobs among them."""
        needs = set(node.service.after)
        for other in self._topology.nodes:
            if other.is_job and other.name in needs:
                needs |= self._needs(other)
        return needs

    def _show_addresses(
        self, seconds: float, port: int, settings: Mapping[str, str]
    ) -> None:
        address = f"127.0.0.1:{port}"
        command = f"DATA_DIR={self._folder.path} .venv/bin/python -m app cluster"
        say(
            f"Ready after {seconds:.1f} s.\n\n"
            f"  Page     http://{address}/ (movies, seats, tickets)\n"
            f"  GraphQL  http://{address}/graphql (WebSocket: ws://...)\n"
            f"{explorer_line(address) if has_page('/graphiql', port) else ''}"
            f"{payments_line(settings)}"
            f"  Status   {command} status\n"
            f"  Break it {command} kill postgres-1\n"
            f"  Data     {self._folder.path} (ports.json, passwords.json)\n"
            f"  Logs     {self._folder.logs}\n"
            f"  Mail     {mail_line(self._topology.settings('worker-1'))}\n"
            f"  Stop     Ctrl-C\n"
        )

"""`make run`: starts servers, API and worker here, supervises and stops them."""

import contextlib
import os
import signal
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from runtime import run_file
from runtime.errors import CommandError
from runtime.private_files import write_private
from stack.embedded.broker_log import BrokerLog, log_ends
from stack.embedded.child_process import ChildProcess
from stack.embedded.data_folder import DataFolder
from stack.embedded.interrupts import Interrupts, StopRequestedError
from stack.embedded.launch import die_with_parent
from stack.embedded.ports import ReservedPort, address_in_url, is_free, own_address
from stack.embedded.programs import ApiProgram, PrepareProgram, WorkerProgram
from stack.embedded.sandbox import Sandbox
from stack.embedded.servers import EmbeddedServers
from stack.embedded.supervisor import Supervisor

LAST_PORT = 65535


def say(line: str) -> None:
    # A closed terminal or pipe must not stop the sale.
    with contextlib.suppress(OSError):
        print(line, flush=True)


def main(environ: Mapping[str, str], signing_keys: Callable[[Path], Path]) -> None:
    """`signing_keys` makes the first key of a data folder; returns the keys' folder.

    Returns after Ctrl-C or TERM; raises CommandError when a program does not start.
    """
    if environ.get("STOP_WITH_PARENT"):
        # A `make` that is killed cannot stop us.
        die_with_parent(os.getppid(), signal.SIGTERM)
    host, port = environ.get("HOST") or "127.0.0.1", port_of(environ)
    with DataFolder(run_file.data_dir(environ)) as folder, Interrupts() as interrupts:
        refuse_taken_port(host, port)
        servers = EmbeddedServers(folder, sandbox=sandbox(environ, folder, host, port))
        run = EmbeddedRun(servers, host, port, interrupts, signing_keys)
        try:
            run.start(environ)
            run.keep()
        except StopRequestedError:
            say("\nStopping ...")
        finally:
            run.stop()
    say("Stopped. The data stays for the next start.")


class EmbeddedRun:
    def __init__(
        self,
        servers: EmbeddedServers,
        host: str,
        port: int,
        interrupts: Interrupts,
        signing_keys: Callable[[Path], Path],
    ) -> None:
        folder = self._folder = servers.folder
        self._host = host
        self._port = port
        self._signing_keys = signing_keys
        self._pause = interrupts.pause
        self._stack = servers
        self._metrics_port = ReservedPort()
        self._api = ApiProgram(folder, host, port)
        self._worker = WorkerProgram(folder, host)
        self._preparation = PrepareProgram(folder)
        self._processes: list[ChildProcess] = [
            self._api,
            self._worker,
            self._preparation,
            *self._stack.servers,
        ]

    def start(self, environ: Mapping[str, str]) -> None:
        began = time.monotonic()
        say(f"Starting Postgres, Valkey and the broker in {self._folder.path} ...")
        # They import while the servers start: imports are most of a second start.
        for program in (self._preparation, self._api, self._worker):
            program.start()
        self._stack.start(self._pause, say)
        settings = self._settings(environ)
        self._preparation.send_settings(settings)
        self._preparation.finish(self._pause)
        self._worker.send_settings(settings)
        self._api.send_settings(settings)
        say("Starting the API and the worker ...")
        self._api.wait_until_ready(self._pause)
        self._worker.wait_until_ready(self._pause)
        settings_file = self._folder.path / run_file.FILE
        write_private(settings_file, run_file.as_json(settings))
        self._show_addresses(time.monotonic() - began, settings)

    def keep(self) -> None:
        broker = self._stack.broker
        supervisor = Supervisor([self._api, self._worker, *self._stack.servers], say)
        log = BrokerLog(lambda: log_ends(broker.port.number))
        while True:
            pauses = (supervisor.check(), log.seconds_to_look())
            self._pause(min(pause for pause in pauses if pause is not None))
            if log.is_too_long():
                broker.kill()
                supervisor.restart(broker)

    def stop(self) -> None:
        """Our programs first, then their servers; a second request kills at once."""
        (self._folder.path / run_file.FILE).unlink(missing_ok=True)
        try:
            for program in (self._preparation, self._api, self._worker):
                program.stop(self._pause)
            self._stack.stop(self._pause)
        except StopRequestedError:
            say("Stopping at once ...")
        finally:
            for process in self._processes:
                process.kill()
            self._stack.close()
            self._metrics_port.close()

    def _settings(self, environ: Mapping[str, str]) -> dict[str, str]:
        keys = environ.get("SIGNING_KEYS_DIR") or str(
            self._signing_keys(self._folder.path)
        )
        return self._stack.environment() | {
            "SIGNING_KEYS_DIR": str(Path(keys).absolute()),
            "HOST": self._host,
            "PORT": str(self._port),
            "METRICS_PORT": environ.get("METRICS_PORT")
            or str(self._metrics_port.number),
            # The page of this run, for links in mails.
            "PAGES_URL": environ.get("PAGES_URL")
            or f"http://{address_in_url(self._host, self._port)}",
            **self._mail(environ),
        }

    def _mail(self, environ: Mapping[str, str]) -> dict[str, str]:
        if environ.get("SMTP_URL"):
            return {}
        return {"MAIL_DIR": environ.get("MAIL_DIR") or str(self._folder.path / "mail")}

    def _show_addresses(self, seconds: float, settings: Mapping[str, str]) -> None:
        address = address_in_url(self._host, self._port)
        worker = address_in_url(self._host, settings["METRICS_PORT"])
        say(
            f"Ready after {seconds:.1f} s.\n\n"
            f"  Page     http://{address}/ (movies, seats, tickets)\n"
            f"  GraphQL  http://{address}/graphql (WebSocket: ws://{address}/graphql)\n"
            f"{explorer_line(address) if self._api.has_explorer() else ''}"
            f"{payments_line(settings)}"
            f"  Health   http://{address}/healthz and http://{address}/readyz\n"
            f"  Metrics  http://{address}/metrics (worker: http://{worker}/metrics)\n"
            f"  Data     {self._folder.path}\n"
            f"  Logs     {self._folder.logs}\n"
            f"  Mail     {mail_line(settings)}\n"
            f"  Stop     Ctrl-C\n"
        )


def mail_line(settings: Mapping[str, str]) -> str:
    folder = None if settings.get("SMTP_URL") else settings.get("MAIL_DIR")
    return f"{folder} (files, as SMTP_URL is not set)" if folder else "SMTP_URL"


def explorer_line(address: str) -> str:
    """Left out when the explorer is switched off or was not built."""
    return f"  Explorer http://{address}/graphiql\n"


def payments_line(settings: Mapping[str, str]) -> str:
    if settings.get("PAYMENT_PROVIDER") != "sandbox":
        return ""
    return f"  Payments {settings['STRIPE_API_URL']}/ (a sandbox: no money moves)\n"


def sandbox(
    environ: Mapping[str, str], folder: DataFolder, host: str, port: int
) -> Sandbox | None:
    if environ.get("PAYMENT_PROVIDER") != "sandbox":
        return None
    address = address_in_url(own_address(host), port)
    return Sandbox(folder, f"http://{address}/webhooks/stripe")


def port_of(environ: Mapping[str, str]) -> int:
    text = environ.get("PORT") or "3333"
    if text.isascii() and text.isdigit() and 1 <= int(text) <= LAST_PORT:
        return int(text)
    raise CommandError(f"PORT is {text!r}: set it to a number from 1 to {LAST_PORT}.")


def refuse_taken_port(host: str, port: int) -> None:
    try:
        free = is_free(host, port)
    except OSError as error:
        raise CommandError(
            f"{address_in_url(host, port)} cannot be used ({error.strerror}): "
            "set HOST and PORT to others."
        ) from error
    if not free:
        raise CommandError(
            f"Port {port} on {host} is taken by another program: stop that one, or "
            f"choose another port, as in `make run PORT={port % LAST_PORT + 1}`."
        )

"""All that one compose file has to do, one thing after the other."""

import re
import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from stack.cluster.topology import PASSWORDS
from stack.embedded.ports import ReservedPort
from tests.compose import page
from tests.compose.buyer import ANA, Buyer, NotSoldError
from tests.compose.engine import EngineError, Project, docker, volumes
from tests.compose.faults import Outage, Stop, kill_each, stop_all
from tests.compose.privileges import Rights, rights_of
from tests.compose.reproduction import can_compare, digests
from tests.compose.upgrade import OLDER, TARGETS, build, older, replace_programs

NAMELESS = re.compile("[0-9a-f]{64}$")
FIRST_SALE_SECONDS = 60.0
MAIL_SECONDS = 60.0
Say = Callable[[str], None]


@dataclass
class Result:
    file: str
    seconds: dict[str, float] = field(default_factory=dict)
    rights: dict[str, Rights] = field(default_factory=dict)
    outages: dict[str, Outage] = field(default_factory=dict)
    stops: dict[str, Stop] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    passed: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def check(self, what: str, *wrong: str) -> None:
        if wrong:
            self.complaints.append(f"{what}: {'; '.join(wrong)}")
        else:
            self.passed.append(what)


def play(file: str, project: Project, say: Say, *, address: str) -> Result:
    """Removes what it has made, also when an error ends it."""
    result = Result(file)
    before = volumes()
    try:
        say(f"building {', '.join(project.images.values())}")
        build(project.images)
        for ours, there in project.images.items():
            size = docker("image", "inspect", "--format", "{{.Size}}", there)
            result.sizes[ours] = int(size)
        _check_reproduction(project, result, say)
        _play_fresh(project, result, say, address)
        _play_upgrade(project, result, say, address)
    except (EngineError, NotSoldError) as error:
        result.complaints.append(str(error))
        say(f"ENDED EARLY: {error}")
        _show_logs(project, say)
    project.down(volumes=True)
    new = volumes() - before
    left = [name for name in new if NAMELESS.match(name) or project.owns(name)]
    result.check("no volume is left", *left)
    for image in project.images.values():
        docker("image", "rm", "--force", image)
    return result


def _check_reproduction(project: Project, result: Result, say: Say) -> None:
    if not can_compare():
        say("this engine cannot rewrite times: no image is built twice")
        return
    newest = list(project.images)[-1]  # each file adds one
    target = TARGETS[newest.partition(":")[0]]
    found = digests(target, say)
    result.check(f"{newest} is the same twice", *(found if len(set(found)) > 1 else ()))


def _play_fresh(project: Project, result: Result, say: Say, address: str) -> None:
    result.seconds["up, from nothing"] = project.up()
    say(f"up after {result.seconds['up, from nothing']:.0f} s")
    with _buyer(address) as buyer:
        sold = [_first_sale(buyer)]
        result.check("a seat is sold on new volumes")
        _check_page(project, result, say, address)
        _check_rights(project, result)
        running = project.running()
        result.outages = kill_each(project, running, buyer, say)
        result.check(f"sold again after each of {len(running)} kills")
        sold.append(_first_sale(buyer))
    if "backup" in project.compose("config", "--profiles"):
        _check_backup(project, result)
    result.stops = stop_all(project)
    for name, stop in result.stops.items():
        say(f"{name} stopped: exit {stop.exit_code} after {stop.seconds:.0f} s")
        result.check(f"{name} stops in order", *filter(None, [stop.complaint]))
    named = volumes()
    project.down()
    result.check("down keeps the volumes", *sorted(named - volumes()))
    result.seconds["up, with data"] = project.up()
    with _buyer(address) as buyer:
        _first_sale(buyer)
        result.check("sales outlive down and up", *_lost(buyer, sold))
    project.down(volumes=True)


def _check_page(project: Project, result: Result, say: Say, address: str) -> None:
    result.check("the page and its files", *page.faults_of_files(address))
    faults = page.faults_of_a_purchase(address)
    if faults is None:
        say("there is no Chromium: nobody opens the page")
    else:
        what = "tickets are bought in a browser, and shown without a network"
        result.check(what, *faults)
    result.check("the tickets are mailed", *_missing_in_mail(project))


def _missing_in_mail(project: Project) -> list[str]:
    worker = next(name for name in project.running() if name.startswith("worker"))
    show = ("exec", "-T", worker, "sh", "-c", "cat /var/lib/cinema/mail/*")
    until = time.monotonic() + MAIL_SECONDS
    mails = ""
    while ANA["email"] not in mails and time.monotonic() < until:
        time.sleep(1)
        with suppress(EngineError):  # no file yet
            mails = project.compose(*show)
    parts = (ANA["email"], "text/calendar", "image/png")
    return [f"no {part}" for part in parts if part not in mails]


def _check_backup(project: Project, result: Result) -> None:
    project.compose("up", "--detach", "backup")
    project.wait_until_healthy(["backup"])
    script = "/etc/postgres/backup.sh"
    project.compose("exec", "-T", "backup", "sh", script, "base")
    said = project.compose("exec", "-T", "backup", "sh", script, "verify")
    result.check(
        "a backup can be restored", *([] if "can be restored" in said else said)
    )
    rights = rights_of({"backup": project.containers()["backup"]})["backup"]
    result.check("backup has least privilege", *rights.complaints("backup"))
    project.compose("rm", "--stop", "--force", "backup")


def _check_rights(project: Project, result: Result) -> None:
    result.rights = rights_of(project.containers())
    for name, rights in result.rights.items():
        result.check(f"{name} has least privilege", *rights.complaints(name))


def _play_upgrade(project: Project, result: Result, say: Say, address: str) -> None:
    commit = OLDER[project.file]
    before = volumes()
    with older(project, say) as former:
        result.seconds[f"up, {commit}"] = former.up()
        with _buyer(address) as buyer:
            sold = [_first_sale(buyer), _first_sale(buyer)]
            say(f"{commit} has sold {len(sold)} seats")
            if "api-1" in former.running():
                gap = replace_programs(project, buyer, say)
                result.seconds["without a sale, programs replaced in turn"] = gap
        former.down()
        _remove_nameless(volumes() - before)
        result.seconds[f"up, on the data of {commit}"] = project.up()
        with _buyer(address) as buyer:
            _first_sale(buyer)
            result.check(f"sales of {commit} are there", *_lost(buyer, sold))
        project.down(volumes=True)


def _remove_nameless(names: set[str]) -> None:
    """Those of images, which 0.1.0 left behind at each `down`."""
    for name in filter(NAMELESS.match, names):
        docker("volume", "rm", name)


def _lost(buyer: Buyer, sold: list[str]) -> list[str]:
    states = {one: buyer.status(one) for one in sold}
    return [
        f"{one} is {state}" for one, state in states.items() if state != "CONFIRMED"
    ]


def _first_sale(buyer: Buyer) -> str:
    until = time.monotonic() + FIRST_SALE_SECONDS
    while True:
        try:
            return buyer.buy()
        except NotSoldError:
            if time.monotonic() > until:
                raise
            time.sleep(0.5)


def _show_logs(project: Project, say: Say) -> None:
    for name, one in project.containers().items():
        state = one["State"]
        health = state.get("Health", {}).get("Status", "no check")
        if state["ExitCode"] or health not in {"healthy", "no check"}:
            end = project.last_lines(name, 15)
            say(f"{name} is {state['Status']}, {health}:\n{end}")


@contextmanager
def _buyer(address: str) -> Iterator[Buyer]:
    buyer = Buyer(address)
    yield buyer
    buyer.close()


@contextmanager
def own_project(
    file: str,
    images: Iterable[str],
    more: Mapping[str, Mapping[str, object]] | None = None,
) -> Iterator[tuple[Project, str]]:
    """With a name, a port and passwords of its own; the second value is its address."""
    reserved = ReservedPort()
    name = f"cinema-test-{secrets.token_hex(3)}"
    words = {password: secrets.token_hex(16) for password in PASSWORDS}
    environment = {**words, "PORT": str(reserved.number)}
    tagged = {image: f"{image}-{name}" for image in images}
    reserved.close()
    project = Project(
        name=name, file=file, environment=environment, images=tagged, more=more or {}
    )
    yield project, f"http://127.0.0.1:{reserved.number}"

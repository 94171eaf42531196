"""The named scenarios about mails."""

from tests.cluster.link_faults import black_hole, cut, kill_at
from tests.cluster.scenario import Scenario

MAIL = (
    Scenario(
        name="mail-calm",
        expected="everybody who signs up has one mail",
        seconds=3,
        mail=True,
    ),
    Scenario(
        name="mail-server-down",
        expected="mails wait, and come once when the server is back",
        faults=[cut("mail")],
        seconds=15,
        mail=True,
    ),
    Scenario(
        name="mail-server-silent",
        expected="mails wait, and come when the server answers",
        faults=[black_hole("mail")],
        seconds=25,
        mail=True,
    ),
    Scenario(
        name="mail-worker-killed-after-sending",
        expected="one mail may come twice, as the same mail",
        faults=[kill_at("mail sent", "asked", "worker")],
        seconds=10,
        mail=True,
    ),
    Scenario(
        name="mail-worker-killed-after-noting",
        expected="the other worker does not send it again",
        faults=[kill_at("mail sent", "answered", "worker")],
        seconds=10,
        mail=True,
    ),
)

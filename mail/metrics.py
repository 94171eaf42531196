"""Metrics of mails."""

from prometheus_client import Counter

MAILS = Counter(
    "cinema_mails",
    "Mails by what became of them: sent; refused for good by the mailbox; failed, to be"
    " looked at; delayed, which are tried again; unsent, because nobody had to be sent"
    " anything any more.",
    ["result"],
)
for result in ("sent", "refused", "failed", "delayed", "unsent"):
    MAILS.labels(result)

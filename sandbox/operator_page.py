"""The page of faults, payments and events, for people who try things."""

from datetime import UTC, datetime
from html import escape

from starlette.responses import Response

from sandbox import faults
from sandbox.database import Row
from sandbox.html import button, form, html_page, money, table
from sandbox.shop_calls import CALLS
from sandbox.state import State

NEWEST = 50
NOTE = """
<p>A stand-in for Stripe on this machine. No money moves. What the buttons do, calls can
do, too: see <code>docs/testing.md</code>.</p>
"""
FIELDS = """
<p><label>Only this call <select name="call"><option value="">all</option>{calls}
</select></label>
<label>Times <input name="times" inputmode="numeric" size="4"></label>
<label>Delay in seconds <input name="delay" inputmode="decimal" size="4"
 value="{delay:g}"></label>
<label>Lasts, in seconds <input name="lasts" inputmode="decimal" size="4"></label></p>
"""


def operator_page(state: State) -> Response:
    parts = (
        NOTE,
        "<h2>Faults</h2>",
        active_faults(state),
        fault_buttons(),
        "<h2>Payments</h2>",
        payments(state),
        refunds(state),
        "<h2>Events</h2>",
        events(state),
    )
    return html_page("Payment sandbox", "\n".join(parts))


def active_faults(state: State) -> str:
    rows = [
        [
            escape(each.name),
            escape(each.call or "all"),
            str(each.times or "until removed"),
            f"{each.delay:g} s",
            clock(each.ends_at),
            form("/faults/remove", button("name", each.name, f"Remove {each.name}")),
        ]
        for each in state.faults.active()
    ]
    heads = ["Fault", "Call", "Times left", "Delay", "Until", ""]
    return table("Faults that are set", heads, rows)


def fault_buttons() -> str:
    calls = "".join(f"<option>{call.name}</option>" for call in CALLS)
    fields = FIELDS.format(calls=calls, delay=faults.DELAY_SECONDS)
    buttons = "".join(
        f"<p>{button('name', name, name)} {escape(effect)}</p>"
        for name, effect in faults.FAULTS.items()
    )
    return form("/faults", fields, buttons, style="")


def payments(state: State) -> str:
    rows = state.db.rows("SELECT * FROM intents ORDER BY created DESC LIMIT ?", NEWEST)
    cells = [
        [
            f"<code>{row['id']}</code>",
            clock(row["created"]),
            escape(row["status"]),
            money(row["amount"], row["currency"]),
            money(row["received"], row["currency"]),
            money(state.objects.refunded(row["id"]), row["currency"]),
            payment_buttons(row),
        ]
        for row in rows
    ]
    heads = ["Payment", "Time", "Status", "Amount", "Captured", "Refunded", ""]
    return table("Payments, newest first", heads, cells)


def payment_buttons(row: Row) -> str:
    path = f"/payments/{row['id']}"
    if row["status"] == "processing":
        return form(
            path,
            button("action", "arrive", "The money arrives"),
            button("action", "fail", "No money arrives"),
        )
    if row["status"] == "requires_capture":
        return form(path, button("action", "void", "End the authorisation"))
    return ""


def refunds(state: State) -> str:
    rows = state.db.rows("SELECT * FROM refunds ORDER BY created DESC LIMIT ?", NEWEST)
    cells = [
        [
            f"<code>{row['id']}</code>",
            f"<code>{row['intent_id']}</code>",
            clock(row["created"]),
            escape(row["status"]),
            money(row["amount"], row["currency"]),
            refund_buttons(row),
        ]
        for row in rows
    ]
    heads = ["Refund", "Payment", "Time", "Status", "Amount", ""]
    return table("Refunds, newest first", heads, cells)


def refund_buttons(row: Row) -> str:
    if row["status"] != "pending":
        return ""
    return form(
        f"/refunds/{row['id']}",
        button("action", "succeed", "It succeeds"),
        button("action", "fail", "It fails"),
    )


def events(state: State) -> str:
    rows = state.db.rows(
        "SELECT events.id, events.created, type,"
        " group_concat(coalesce(answer, 'due'), ', ') AS answers"
        " FROM events LEFT JOIN deliveries ON event_id = events.id"
        " GROUP BY events.id ORDER BY created DESC LIMIT ?",
        NEWEST,
    )
    cells = [
        [
            clock(row["created"]),
            escape(row["type"]),
            escape(row["answers"] or "not sent"),
            form(f"/events/{row['id']}/send", button("again", "yes", "Send again")),
        ]
        for row in rows
    ]
    return table("Events, newest first", ["Time", "Event", "Answers", ""], cells)


def clock(seconds: float | None) -> str:
    if seconds is None:
        return ""
    return datetime.fromtimestamp(seconds, UTC).strftime("%H:%M:%S")

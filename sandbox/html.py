"""Pages of plain HTML: no script, one style sheet, labels for all fields."""

from html import escape

from babel.numbers import format_currency, get_currency_precision
from starlette.responses import HTMLResponse

STYLE = """
:root { color-scheme: light dark; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; font: 1rem/1.5 system-ui; }
form { margin: 0; } form.inline { display: inline; }
button { font: inherit; padding: 0.5rem 1rem; margin: 0.25rem 0; cursor: pointer; }
button.first { font-weight: bold; }
.choices button { display: block; width: 100%; max-width: 28rem; text-align: left; }
[role=alert] { border-left: 0.3rem solid #c00; padding: 0.5rem 1rem; }
table { border-collapse: collapse; width: 100%; font-size: 0.9rem; }
th, td { text-align: left; padding: 0.25rem 0.5rem; vertical-align: top; }
td { border-top: 1px solid #8888; }
code { overflow-wrap: anywhere; }
label { margin-right: 1rem; }
"""
# No `form-action`: after a payment the browser goes back to any shop.
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none';"
        " frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/style.css">
</head>
<body>
<main>
<h1>{title}</h1>
{body}
</main>
</body>
</html>
"""


def html_page(title: str, body: str, status: int = 200) -> HTMLResponse:
    """The title is text, the body HTML."""
    return HTMLResponse(PAGE.format(title=escape(title), body=body), status, HEADERS)


def button(name: str, value: str, label: str, style: str = "") -> str:
    return (
        f'<button name="{name}" value="{escape(value)}" class="{style}">'
        f"{escape(label)}</button>"
    )


def form(action: str, *parts: str, style: str = "inline") -> str:
    return (
        f'<form method="post" action="{escape(action)}" class="{style}">'
        f"{''.join(parts)}</form>"
    )


def table(caption: str, heads: list[str], rows: list[list[str]]) -> str:
    """Cells are HTML."""
    if not rows:
        return f"<p>{escape(caption)}: none.</p>"
    head = "".join(f'<th scope="col">{escape(each)}</th>' for each in heads)
    body = "".join(
        f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows
    )
    return (
        f"<table><caption>{escape(caption)}</caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )


def money(amount: int, currency: str) -> str:
    code = currency.upper()
    units = amount / 10 ** get_currency_precision(code)
    return format_currency(units, code, "¤¤ #,##0.00", locale="en")

"""QR codes as pictures: mail programs show no SVG."""

from io import BytesIO

import segno

SCALE = 4  # pixels for a module, so that phones read it from a screen


def qr_png(code: str) -> bytes:
    """With the white margin that readers need."""
    png = BytesIO()
    segno.make_qr(code, error="m").save(png, kind="png", scale=SCALE)
    return png.getvalue()

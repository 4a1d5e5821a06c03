"""QR codes of ``otpauth:`` URIs, for authenticator apps."""

import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import segno

BORDER, SCALE = 4, 5


def png_data_url(uri: str) -> str:
    """Return the QR code as a ``data:`` URL that holds a PNG picture."""
    return str(_qr_code(uri, error="h").png_data_uri(scale=SCALE, border=BORDER))


def svg(uri: str) -> str:
    """Return the QR code as an SVG document of its own."""
    out = io.BytesIO()
    _qr_code(uri, error="h").save(out, kind="svg", scale=SCALE, border=BORDER)
    return out.getvalue().decode()


def text(uri: str) -> str:
    """Return the QR code as text for a terminal."""
    out = io.StringIO()
    _qr_code(uri).terminal(out, compact=True)
    return out.getvalue()


def _qr_code(uri: str, **options: str) -> "segno.QRCode":
    import segno  # at first use, because few requests and commands need it

    return segno.make_qr(uri, **options)  # type: ignore[arg-type]

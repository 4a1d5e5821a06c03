"""QR codes of ``otpauth:`` URIs, for authenticator apps."""

import io

import segno

BORDER, SCALE = 4, 5


def png_data_url(uri: str) -> str:
    """Return the QR code as a ``data:`` URL that holds a PNG picture."""
    return str(segno.make_qr(uri, error="h").png_data_uri(scale=SCALE, border=BORDER))


def svg(uri: str) -> str:
    """Return the QR code as an SVG document of its own."""
    out = io.BytesIO()
    segno.make_qr(uri, error="h").save(out, kind="svg", scale=SCALE, border=BORDER)
    return out.getvalue().decode()


def text(uri: str) -> str:
    """Return the QR code as text for a terminal."""
    out = io.StringIO()
    segno.make_qr(uri).terminal(out, compact=True)
    return out.getvalue()

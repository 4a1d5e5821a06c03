"""The style sheet of the pages."""

from functools import cache
from hashlib import sha256
from pathlib import Path

from flask import Blueprint, Response, request

FILE = Path(__file__).parent / "static" / "pages.css"

bp = Blueprint("style", __name__)


@cache
def content() -> bytes:
    """Return the style sheet, read once."""
    return FILE.read_bytes()


@cache
def version() -> str:
    """Return a hash of the style sheet. Its URL contains it, so browsers can keep it forever."""
    return sha256(content()).hexdigest()[:12]


@bp.get("/pages/<sheet_version>.css")
def sheet(sheet_version: str) -> Response:
    """Return the style sheet. Under another version (two releases side by side) it must not be cached."""
    response = Response(content(), mimetype="text/css")
    response.set_etag(version())
    kept = "public, max-age=31536000, immutable" if sheet_version == version() else "no-cache"
    response.headers["Cache-Control"] = kept
    response.make_conditional(request)
    return response

"""The one style sheet of the pages."""

from functools import cache
from hashlib import sha256
from pathlib import Path

from flask import Blueprint, Response, request

FILE = Path(__file__).parent / "static" / "pages.css"

bp = Blueprint("style", __name__)


@cache
def content() -> bytes:
    """The sheet, read once."""
    return FILE.read_bytes()


@cache
def version() -> str:
    """Changes when the sheet does: pages name it by this, so that browsers may keep it for good."""
    return sha256(content()).hexdigest()[:12]


@bp.get("/pages/<sheet_version>.css")
def sheet(sheet_version: str) -> Response:
    """The sheet; under another version than ours (two releases side by side) it is not to be kept."""
    response = Response(content(), mimetype="text/css")
    response.set_etag(version())
    kept = "public, max-age=31536000, immutable" if sheet_version == version() else "no-cache"
    response.headers["Cache-Control"] = kept
    response.make_conditional(request)
    return response

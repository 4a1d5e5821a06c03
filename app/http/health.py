"""``/healthz`` and ``/readyz``, for whatever supervises the process."""

from flask import Blueprint, Flask, Response, jsonify

from app.db import migrations
from app.domain.errors import DatabaseUnavailable

bp = Blueprint("probes", __name__)


def init_app(app: Flask) -> None:
    """Register the probes beside the APIs."""
    app.register_blueprint(bp)


@bp.get("/healthz")
def healthz() -> Response:
    """The process answers; the database is not asked."""
    return jsonify(status="ok")


@bp.get("/readyz")
def readyz() -> Response:
    """The database can be reached and has every migration: 200, else 503."""
    return jsonify(status="ok", revision=migrations.check_ready())


def fault() -> DatabaseUnavailable | None:
    """What keeps the server from working: the database cannot be reached, or lacks migrations. None if nothing does."""
    try:
        migrations.check_ready()
    except DatabaseUnavailable as error:
        return error
    return None

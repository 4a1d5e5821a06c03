"""``/healthz`` and ``/readyz``, for process supervisors and load balancers."""

from flask import Blueprint, Flask, Response, jsonify

from app.db import migrations
from app.domain.errors import DatabaseUnavailable

bp = Blueprint("probes", __name__)


def init_app(app: Flask) -> None:
    """Add the health endpoints."""
    app.register_blueprint(bp)


@bp.get("/healthz")
def healthz() -> Response:
    """Return 200 if the process runs; does not use the database."""
    return jsonify(status="ok")


@bp.get("/readyz")
def readyz() -> Response:
    """Return 200 if the database can be reached and is migrated, else 503."""
    return jsonify(status="ok", revision=migrations.check_ready())


def fault() -> DatabaseUnavailable | None:
    """Return the error that keeps the server from working: no database, or missing migrations. None if it works."""
    try:
        migrations.check_ready()
    except DatabaseUnavailable as error:
        return error
    return None

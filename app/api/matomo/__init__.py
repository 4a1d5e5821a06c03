"""Matomo's HTTP API: a thin adapter on the services."""

from flask import Flask

from app.api.matomo import dispatch, methods
from app.http.errors import Api, register


def init_app(app: Flask) -> None:
    """Serve the API at ``/index.php?module=API…`` and at ``/?module=API…``."""
    methods.load()
    register(Api("matomo", dispatch.claims, dispatch.present, dispatch.plain))
    for path in dispatch.PATHS:
        app.add_url_rule(path, "matomo", dispatch.answer, methods=["GET", "POST"])

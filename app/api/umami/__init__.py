"""Umami's REST API."""

from flask import Blueprint, Flask

from app.api.umami import errors
from app.api.umami.routes import (
    access,
    api_keys,
    audit,
    auth,
    bulk,
    files,
    finding,
    invitations,
    me,
    members,
    second_factor,
    server,
    shares,
    state,
    teams,
    users,
    webhooks,
    websites,
)
from app.http.errors import Api, below, register

PREFIX = "/api"


def init_app(app: Flask) -> None:
    """Serve the API under ``/api``."""
    blueprint = Blueprint("umami", __name__, url_prefix=PREFIX)
    for module in (
        auth,
        me,
        users,
        teams,
        members,
        websites,
        access,
        finding,
        invitations,
        shares,
        second_factor,
        api_keys,
        audit,
        bulk,
        webhooks,
        state,
        files,
        server,
    ):
        blueprint.register_blueprint(module.bp)
    app.register_blueprint(blueprint)
    register(Api("umami", below(PREFIX), errors.present, errors.plain))

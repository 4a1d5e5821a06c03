"""Umami's REST API, as Umami 3.1 has it, with what 3.3 and Frontdesk add."""

from flask import Blueprint, Flask

from app.api.umami import errors
from app.api.umami.routes import (
    access,
    auth,
    invitations,
    me,
    members,
    second_factor,
    server,
    shares,
    teams,
    users,
    websites,
)
from app.http.errors import Api, below, register

PREFIX = "/api"


def init_app(app: Flask) -> None:
    """Register the API under ``/api``."""
    wire = Blueprint("umami", __name__, url_prefix=PREFIX)
    for module in (auth, me, users, teams, members, websites, access, invitations, shares, second_factor, server):
        wire.register_blueprint(module.bp)
    app.register_blueprint(wire)
    register(Api("umami", below(PREFIX), errors.present, errors.plain))

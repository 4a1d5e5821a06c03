"""
``/invitations/…`` and ``/reset-password/…``: pages for people who were sent a link. A wire of its own: forms come in,
HTML goes out, also where something fails.
"""

from flask import Blueprint, Flask

from app.http.errors import Api, below, register
from app.pages import errors, invitations, resets, style
from app.pages.front import front

__all__ = ["front", "init_app"]
PLACES = ("/invitations", "/reset-password", "/pages")


def init_app(app: Flask) -> None:
    """Hang the pages at the root, where links lead."""
    wire = Blueprint("pages", __name__, template_folder="templates")
    for module in (invitations, resets, style):
        wire.register_blueprint(module.bp)
    app.register_blueprint(wire)
    register(Api("pages", below(*PLACES), errors.present, errors.plain))

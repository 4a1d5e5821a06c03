"""
``/invitations/…`` and ``/reset-password/…``: the pages behind links in mails, and the front page.

They read HTML forms and return HTML, for errors as well.
"""

from flask import Blueprint, Flask

from app.http.errors import Api, below, register
from app.pages import errors, invitations, resets, style
from app.pages.front import front

__all__ = ["front", "init_app"]
PLACES = ("/invitations", "/reset-password", "/pages")


def init_app(app: Flask) -> None:
    """Register the pages at the root, where links lead."""
    wire = Blueprint("pages", __name__, template_folder="templates")
    for module in (invitations, resets, style):
        wire.register_blueprint(module.bp)
    app.register_blueprint(wire)
    register(Api("pages", below(*PLACES), errors.present, errors.plain))

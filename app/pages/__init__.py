"""
``/invitations/…`` and ``/reset-password/…``: pages for users who received a link, and the front page.

They take forms and return HTML, for errors too.
"""

from flask import Blueprint, Flask

from app.http.errors import Api, below, register
from app.pages import errors, invitations, resets, style
from app.pages.front import front

__all__ = ["front", "init_app"]
PLACES = ("/invitations", "/reset-password", "/pages")


def init_app(app: Flask) -> None:
    """Serve the pages at the root."""
    blueprint = Blueprint("pages", __name__, template_folder="templates")
    for module in (invitations, resets, style):
        blueprint.register_blueprint(module.bp)
    app.register_blueprint(blueprint)
    register(Api("pages", below(*PLACES), errors.present, errors.plain))

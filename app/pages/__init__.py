"""
``/invitations/…`` and ``/reset-password/…``: pages for users who were sent a link. They accept forms, and respond with
HTML, errors included.
"""

from flask import Blueprint, Flask

from app.http.errors import Api, below, register
from app.pages import errors, invitations, resets, style
from app.pages.front import front

__all__ = ["front", "init_app"]
PLACES = ("/invitations", "/reset-password", "/pages")


def init_app(app: Flask) -> None:
    """Register the pages at the root, where links lead."""
    pages = Blueprint("pages", __name__, template_folder="templates")
    for module in (invitations, resets, style):
        pages.register_blueprint(module.bp)
    app.register_blueprint(pages)
    register(Api("pages", below(*PLACES), errors.present, errors.plain))

"""
``/invitations/…`` and ``/reset-password/…``: pages for people who were sent a link. A wire of its own: forms come in,
HTML goes out, also where something fails.
"""

from flask import Blueprint, Flask

from app.pages import errors, invitations, resets, style


def init_app(app: Flask) -> None:
    """Hang the pages at the root, where links lead."""
    wire = Blueprint("pages", __name__, template_folder="templates")
    errors.init_blueprint(wire)
    for module in (invitations, resets, style):
        wire.register_blueprint(module.bp)
    app.register_blueprint(wire)

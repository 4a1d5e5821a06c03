"""The server's state and settings."""

from flask import Blueprint

from app.api.umami.operation import Access, operation
from app.api.umami.schemas.auth import Ok, ServerConfig
from app.runtime import runtime
from app.settings import Config

bp = Blueprint("server", __name__)


@bp.get("/heartbeat")
@operation(Ok, access=Access.PUBLIC)
def heartbeat() -> None:
    """Check that the server is running."""


@bp.get("/config")
@operation(ServerConfig, access=Access.PUBLIC)
def get_config() -> Config:
    """Return the settings that a dashboard reads before a user logs in."""
    return runtime().config

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
    """Return success as long as the server is running."""


@bp.get("/config")
@operation(ServerConfig, access=Access.PUBLIC)
def get_config() -> Config:
    """Return the settings that a dashboard needs before a user logs in."""
    return runtime().config

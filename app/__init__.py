"""Frontdesk: user administration for self-hosted web analytics."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Flask

from app import db, pages, settings
from app.api import matomo, openapi, umami
from app.db.failed_attempts import DatabaseFailures
from app.http import errors, health, metrics, request
from app.runtime import Runtime
from app.services.notifications import notices

__version__ = "0.1.0"


class Application(Flask):
    """A Flask application that skips checking on each call whether a function is a coroutine; none is."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func


def create_app(overrides: Mapping[str, Any] | None = None) -> Flask:
    """
    Create the WSGI application.

    :param overrides: settings by name, which replace those of the environment (see ``app.settings.Config``)
    :raises ConfigError: a setting cannot be used
    """
    config = settings.load(overrides)
    app = Application("app", instance_path=config.instance_path, static_folder=None)
    app.extensions["frontdesk"] = Runtime.of(config, DatabaseFailures())
    app.extensions["frontdesk"].listeners.append(notices.send)
    db.init_app(app, config)
    request.init_app(app, config)
    errors.init_app(app)
    umami.init_app(app)
    pages.init_app(app)
    matomo.init_app(app, pages.front)
    health.init_app(app)
    metrics.init_app(app)
    openapi.init_app(app)
    return app

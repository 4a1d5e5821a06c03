"""Matomo's HTTP API: a thin adapter on the services."""

from collections.abc import Callable

from flask import Flask, Response, request
from werkzeug.exceptions import NotFound

from app.api.matomo import dispatch, methods
from app.http.errors import Api, register


def init_app(app: Flask, front_page: Callable[[], Response]) -> None:
    """
    Serve the API at ``/index.php?module=API…`` and at ``/?module=API…``.

    :param front_page: makes the response to ``GET /`` for browsers, which share the path
    """

    def answer() -> Response:
        try:
            return dispatch.answer()
        except NotFound:
            if request.path == dispatch.SHARED_PATH and request.method in ("GET", "HEAD") and _is_browser():
                return front_page()
            raise

    methods.load()
    register(Api("matomo", dispatch.claims, dispatch.present, dispatch.plain))
    for path in dispatch.PATHS:
        app.add_url_rule(path, "matomo", answer, methods=["GET", "POST"])


def _is_browser() -> bool:
    """Return whether the client names HTML as what it wants; programs ask for JSON or for anything."""
    return "text/html" in request.accept_mimetypes.values()

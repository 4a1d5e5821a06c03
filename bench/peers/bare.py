"""
The first yardstick: a Flask route that returns a constant, on our server with our settings.

``app.server`` serves it: whatever is set there holds for the yardstick as well.
"""

import sys

from flask import Flask

CONSTANT = '{"answer":"always the same"}'


def make(_runtime_path: str) -> Flask:
    """An application with one route."""
    app = Flask("bare", static_folder=None)

    @app.get("/")
    def constant() -> tuple[str, dict[str, str]]:
        return CONSTANT, {"Content-Type": "application/json"}

    return app


def main(port: int) -> None:
    """Serve it as ``frontdesk serve`` serves Frontdesk."""
    from app import settings
    from app.server.listening import bound_sockets
    from app.server.serve import serve

    config = settings.load()
    listeners = bound_sockets("127.0.0.1", port, number=config.workers)
    serve(config, listeners, activated=False, make=make)


if __name__ == "__main__":
    main(int(sys.argv[1]))

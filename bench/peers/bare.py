"""
The first reference server: a Flask route that returns a constant.

It runs on ``app.server`` with our settings, so all differences are due to the application.
"""

import sys

from flask import Flask

CONSTANT = '{"answer":"always the same"}'


def make(_runtime_path: str) -> Flask:
    """Create an application with one route."""
    app = Flask("bare", static_folder=None)

    @app.get("/")
    def constant() -> tuple[str, dict[str, str]]:
        return CONSTANT, {"Content-Type": "application/json"}

    return app


def main(port: int) -> None:
    """Run the application in the same way as ``frontdesk serve``."""
    from app import settings
    from app.server.listening import bound_sockets
    from app.server.serve import serve

    config = settings.load()
    listeners = bound_sockets("127.0.0.1", port, number=config.workers)
    serve(config, listeners, activated=False, make=make)


if __name__ == "__main__":
    main(int(sys.argv[1]))

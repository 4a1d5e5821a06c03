"""
The first yardstick: a Flask route that returns a constant, on our server with our settings.

``app.serve`` starts it, told to load this route instead of the application: whatever is set there holds
for the yardstick as well.
"""

import sys
from typing import Any

from flask import Flask

CONSTANT = '{"answer":"always the same"}'


def make() -> Flask:
    """An application with one route."""
    app = Flask("bare", static_folder=None)

    @app.get("/")
    def constant() -> tuple[str, dict[str, str]]:
        return CONSTANT, {"Content-Type": "application/json"}

    return app


def main(port: int) -> None:
    """Serve it as ``frontdesk serve`` serves Frontdesk."""
    from app import config, serve

    granian = serve.Granian

    def bare(_target: str, **settings: Any) -> Any:
        return granian("bench.peers.bare:make", **settings)

    serve.Granian = bare  # type: ignore[assignment,misc]
    serve.serve(config.load(), host="127.0.0.1", port=port)


if __name__ == "__main__":
    main(int(sys.argv[1]))

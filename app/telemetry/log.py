"""The log that modules write to. ``app/telemetry/logging.py`` configures it for a server."""

import sys
from typing import Any


class Log:
    """
    The methods of structlog's loggers, such as ``log.warning("message", key=value)``.

    structlog is imported by the first message, because most commands write none. Unless it has been configured,
    messages go to standard error, so that a command's standard output holds only data.
    """

    def __getattr__(self, level: str) -> Any:
        import structlog

        if not structlog.is_configured():
            # Looked up for each message, because a program that runs commands may replace standard error.
            structlog.configure(logger_factory=lambda *_names: structlog.WriteLogger(sys.stderr))
        return getattr(structlog.get_logger(), level)


log = Log()

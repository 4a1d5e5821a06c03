"""Logging: JSON lines in production, readable lines in development; each has the id of its request."""

import logging
import sys
from typing import Any

import orjson
import structlog
from structlog.tracebacks import ExceptionDictTransformer

from app.settings import Config

SHARED: list[structlog.typing.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def configure(config: Config, *, for_good: bool = False) -> None:
    """
    Send messages of structlog and of the standard library to standard error, in one format.

    Our own are written directly: through the standard library, a line would cost as much as an SQL statement.

    :param for_good: logging will not be configured again, so loggers may cache the configuration
    """
    level = logging.getLevelNamesMapping()[config.log_level.upper()]
    last = _json_lines() if config.is_production else _readable_lines()
    structlog.configure(
        processors=[*SHARED, *last],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=for_good,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*SHARED, structlog.stdlib.add_logger_name],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    logging.getLogger("alembic").setLevel(logging.WARNING)  # /readyz uses it every few seconds


def _json_lines() -> list[structlog.typing.Processor]:
    return [
        # Local variables are left out: they may contain passwords.
        structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False)),
        structlog.processors.JSONRenderer(serializer=_dumps),
    ]


def _readable_lines() -> list[structlog.typing.Processor]:
    colors = sys.stderr.isatty()
    return [structlog.dev.ConsoleRenderer(colors=colors, exception_formatter=structlog.dev.plain_traceback)]


def _dumps(line: dict[str, Any], **_options: Any) -> str:
    return orjson.dumps(line, default=str, option=orjson.OPT_NON_STR_KEYS).decode()

"""Logs: JSON lines in production, readable ones in development; every line has its request id."""

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
    Send structlog's and the standard library's messages to standard error, in one format.

    Ours go there directly: by way of the standard library a line would cost as much as a statement.

    :param for_good: nobody configures anew, so loggers may remember how
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
    logging.getLogger("alembic").setLevel(logging.WARNING)  # /readyz asks it every few seconds


def _json_lines() -> list[structlog.typing.Processor]:
    return [
        # Without local variables: there may be a password among them.
        structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False)),
        structlog.processors.JSONRenderer(serializer=_dumps),
    ]


def _readable_lines() -> list[structlog.typing.Processor]:
    colors = sys.stderr.isatty()
    return [structlog.dev.ConsoleRenderer(colors=colors, exception_formatter=structlog.dev.plain_traceback)]


def _dumps(line: dict[str, Any], **_options: Any) -> str:
    return orjson.dumps(line, default=str, option=orjson.OPT_NON_STR_KEYS).decode()

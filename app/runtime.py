"""What belongs to the running app rather than to a request; services reach it without knowing Flask."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Any

from flask import current_app

from app.domain.attempts import Failures, Limits
from app.domain.capabilities import Capabilities
from app.security.hashing_slots import Gate
from app.security.link_tokens import LinkTokens
from app.security.throttle import Throttles
from app.security.tokens import ShareTokens
from app.settings import Config
from app.telemetry.metrics import Metrics


@dataclass(frozen=True)
class Runtime:
    """Settings, and the few objects that are made once from them."""

    config: Config
    throttles: Throttles
    share_tokens: ShareTokens
    link_tokens: LinkTokens
    gate: Gate
    metrics: Metrics
    capabilities: Capabilities
    listeners: list[Callable[[Any, Any], None]] = field(default_factory=list)
    """Called with the session and the event of every change (``services/events.py``)."""
    mail_bell: Event = field(default_factory=Event)
    """Rung when a mail has been written; whoever sends them listens."""

    @classmethod
    def of(cls, config: Config, failures: Failures) -> "Runtime":
        """
        What the settings say, which have been checked.

        :param failures: where wrong guesses are counted
        """
        capabilities = Capabilities.of(config.capabilities)
        limits = Limits(config.login_attempts, config.login_attempts_per_address, config.login_window)
        throttles = Throttles.of(limits, failures, secret=config.secret_key, redis_url=config.redis_url)
        gate = Gate(most_waiting=config.login_queue, folder=Path(config.runtime_path) if config.runtime_path else None)
        metrics = Metrics(config.runtime_path)
        gate.on_waiting = metrics.hashes_waiting.set
        share_tokens = ShareTokens(config.secret_key, hours=config.share_token_hours)
        link_tokens = LinkTokens(config.secret_key)
        return cls(config, throttles, share_tokens, link_tokens, gate, metrics, capabilities)


def runtime() -> Runtime:
    """The one of the app at work."""
    found: Runtime = current_app.extensions["frontdesk"]
    return found

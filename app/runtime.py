"""Objects of the running application, rather than of a request. Services reach them without importing Flask."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from threading import Event
from typing import Any

from flask import Flask, current_app

from app.domain.actor import Actor
from app.domain.attempts import Failures, Limits
from app.domain.capabilities import Capabilities
from app.security.chain_keys import ChainKeys
from app.security.hashing_slots import Gate
from app.security.link_tokens import LinkTokens
from app.security.sealing import Sealer
from app.security.throttle import Throttles
from app.security.tokens import ShareTokens
from app.security.umami_tokens import UmamiTokens
from app.settings import Config
from app.telemetry.metrics import Metrics


class Application(Flask):
    """A Flask application that skips checking on each call whether a function is a coroutine; none is."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func


@dataclass(frozen=True)
class Runtime:
    """The settings, and the objects that are created from them once."""

    config: Config
    throttles: Throttles
    share_tokens: ShareTokens
    link_tokens: LinkTokens
    sealer: Sealer
    chain_keys: ChainKeys
    gate: Gate
    capabilities: Capabilities
    umami_tokens: UmamiTokens | None
    """None if Umami's secret is not known; then there is no gateway to it."""
    listeners: list[Callable[[Any, Any], None]] = field(default_factory=list)
    """Functions that are called with the session and the event of every change (``services/events.py``)."""
    bulk_listeners: dict[Callable[[Any, Any], None], Callable[[Any, Any], None]] = field(default_factory=dict)
    """For a listener that can take many events at once, the function that does: it is called with a list of them."""
    on_sealed: list[Callable[[Any, Any], None]] = field(default_factory=list)
    """Functions that are called with the session and the rows that get their numbers in the audit log."""
    on_denied: list[Callable[[Actor, str], None]] = field(default_factory=list)
    """Functions that are called with the actor and the name of a call that the actor was not allowed to make."""
    mail_bell: Event = field(default_factory=Event)
    """Set when a mail has been added to the outbox; the mail worker waits for it."""
    webhook_bell: Event = field(default_factory=Event)
    """Set when messages to webhooks have been queued; the webhook worker waits for it."""

    @classmethod
    def of(cls, config: Config, failures: Failures) -> "Runtime":
        """
        Create the objects from settings that have been checked.

        :param failures: the store that counts failed attempts
        """
        capabilities = Capabilities.of(config.capabilities)
        limits = Limits(config.login_attempts, config.login_attempts_per_address, config.login_window)
        throttles = Throttles.of(limits, failures, secret=config.secret_key, redis_url=config.redis_url)
        gate = Gate(most_waiting=config.login_queue, folder=Path(config.runtime_path) if config.runtime_path else None)
        share_tokens = ShareTokens(config.secret_key, hours=config.share_token_hours)
        link_tokens = LinkTokens(config.secret_key)
        secrets = [config.secret_key, *config.previous_secret_keys.split()]
        sealer = Sealer(secrets, umami_key=config.umami_two_factor_key)
        chain_keys = ChainKeys(secrets)
        umami = UmamiTokens(config.umami_app_secret, redis_url=config.umami_redis_url)
        made = cls(
            config,
            throttles,
            share_tokens,
            link_tokens,
            sealer,
            chain_keys,
            gate,
            capabilities,
            umami if config.umami_app_secret else None,
        )
        gate.on_waiting = lambda waiting: made.metrics.hashes_waiting.set(waiting)
        return made

    @cached_property
    def metrics(self) -> Metrics:
        """The metrics. The middleware creates them before the first request; most commands never do."""
        return Metrics(self.config.runtime_path)


def runtime() -> Runtime:
    """Return the runtime of the current application."""
    found: Runtime = current_app.extensions["frontdesk"]
    return found

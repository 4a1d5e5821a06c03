"""Runs schemathesis against an app, in-process."""

import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import schemathesis
import structlog
from flask import Flask
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import StopReason, events, from_schema

from tests.openapi import world

SEED = 20261121
CHECKS = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
]
ODD = ["\0", "a\0b", " ", "\u202e", "😀" * 128, "ﷺ" * 255, "x" * 20_000, "%_\\", "'\"--;"]
"""NUL, invisible characters, text that is longer in UTF-16, in UTF-8 or when folded, characters special to SQL."""
WORDS = {
    "users": [*world.ids("user", world.ROLES), str(world.known("user", "user")).upper()],
    "teams": world.ids("team", world.MEMBERS),
    "websites": world.ids("website", world.OWNERS),
    "shares": world.ids("share", world.OWNERS),
    "sessions": world.ids("session", world.LOGINS),
    "slugs": [*map(world.code, world.OWNERS), *ODD],
    "codes": [*map(world.code, world.MEMBERS), *ODD],
    "usernames": [*world.ROLES, *ODD],
    "passwords": [world.PASSWORD, world.PASSWORD, *ODD],
    "odd": ODD,
}
PLACES = {
    "path.userId": "users",
    "path.teamId": "teams",
    "path.websiteId": "websites",
    "path.shareId": "shares",
    "path.sessionId": "sessions",
    "query.transferTo": "users",
    "body.userId": "users",
    "body.ownerId": "users",
    "body.teamId": "teams",
    "body.entityId": "websites",
    "body.id": "websites",
    "body.shareId": "slugs",
    "body.slug": "slugs",
    "body.accessCode": "codes",
    "body.username": "usernames",
    "body.password": "passwords",
    "body.currentPassword": "passwords",
    "body.newPassword": "passwords",
    "body.name": "odd",
    "body.domain": "odd",
}
"""Where existing ids and names are used in some of the cases, so that not all of them end with 404."""


@dataclass
class Outcome:
    """How often each operation responded with which status, and the problems that were found."""

    answers: Counter[tuple[str, int]] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)

    @property
    def cases(self) -> int:
        return self.answers.total()

    @property
    def reached(self) -> set[str]:
        """The operations that succeeded at least once."""
        return {label for label, status in self.answers if status == 200}


def probe(app: Flask, document: dict[str, Any], *, token: str, examples: int) -> Outcome:
    """Send the requests that schemathesis generates: examples, edges of the schemas, random data, sequences."""
    outcome = Outcome()
    schema = schemathesis.openapi.from_dict(document, config=_config(token, examples))
    schema.app = app

    @schema.hook
    def after_call(_context: Any, case: Any, response: Any) -> None:
        outcome.answers[case.operation.label, response.status_code] += 1
        if response.status_code == 200 and case.method != "GET":
            world.rebuild(app)

    world.rebuild(app)
    with _quiet():
        for event in from_schema(schema).execute():
            outcome.problems += _problems(event)
    return outcome


def _config(token: str, examples: int) -> SchemathesisConfig:
    return SchemathesisConfig.from_dict(
        {
            "seed": SEED,
            "workers": 1,
            "continue-on-failure": True,
            "headers": {"Authorization": f"Bearer {token}"},
            "generation": {"max-examples": examples, "database": "none"},
            "checks": {"enabled": False, **{name: {"enabled": True} for name in CHECKS}},
            "dictionaries": {name: {"values": values} for name, values in WORDS.items()},
            "parameters": {place: {"dictionary": name, "probability": 0.6} for place, name in PLACES.items()},
        }
    )


def _problems(event: Any) -> Iterator[str]:
    if isinstance(event, events.NonFatalError):
        yield f"{event.label}: {event.value!r}"
    elif isinstance(event, events.FatalError):
        yield repr(event.exception)
    elif isinstance(event, events.EngineFinished) and event.stop_reason is not StopReason.COMPLETED:
        yield f"the run ended early: {event.stop_reason}"
    elif isinstance(event, events.ScenarioFinished):
        for checks in event.recorder.checks.values():
            for check in checks:
                if check.failure_info is not None:
                    failure = check.failure_info
                    yield f"{event.recorder.label}: {check.name}\n{failure.failure}\n{failure.code_sample[:2000]}"


@contextmanager
def _quiet() -> Iterator[None]:
    """Log only errors, instead of every request."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    try:
        yield
    finally:
        structlog.reset_defaults()

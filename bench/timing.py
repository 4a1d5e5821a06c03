"""Whether the time of an error tells what an attacker wants to know: two kinds of attempts take turns."""

import logging
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

import pyotp
import structlog
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete

from app import create_app
from app.db import migrations
from app.db.session import transaction
from app.domain.actor import OPERATOR
from app.models import FactorLock, FailedAttempt
from app.services.users import accounts
from bench.databases import Database

ATTEMPTS = 200
PASSWORD = "correct horse"
Attempt = Callable[[int], Any]


def measure(database: Database, folder: Path) -> str:
    """Return a table of medians."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    app = create_app(
        {
            "database_url": database.url,
            "instance_path": str(folder / "timing"),
            "environment": "development",
            "secret_key": token_urlsafe(32),
            "login_attempts": 1_000_000,
            "login_attempts_per_address": 1_000_000,
        }
    )
    with app.app_context():
        migrations.upgrade()
        for name in ("ada", "grace"):
            email = f"{name}@example.org"
            accounts.create_user(OPERATOR, username=name, password=PASSWORD, role="user", email=email)
    client = app.test_client()
    _enroll(client, "grace")
    lines = [
        "| attempt | median, ms | other attempt | median, ms | difference |",
        "|---|---:|---|---:|---:|",
    ]
    for (one, first), (other, second) in _pairs(client):
        medians = [1000 * median for median in _medians(app, first, second)]
        difference = f"{(medians[0] / medians[1] - 1) * 100:+.1f} %"
        lines.append(f"| {one} | {medians[0]:.2f} | {other} | {medians[1]:.2f} | {difference} |")
    return "\n".join(lines)


def _pairs(client: FlaskClient) -> list[tuple[tuple[str, Attempt], tuple[str, Attempt]]]:
    def login(**body: Any) -> Attempt:
        return lambda number: client.post(
            "/api/auth/login", json={name: value.format(number) for name, value in body.items()}
        )

    def forgotten(name: str) -> Attempt:
        return lambda number: client.post("/api/auth/forgot-password", json={"username": name.format(number)})

    return [
        (
            ("login, unknown name", login(username="unknown{}", password="guess{}")),
            ("login, wrong password", login(username="ada", password="guess{}")),
        ),
        (
            ("login, wrong password", login(username="ada", password="guess{}")),
            ("login, wrong password of an account with a second factor", login(username="grace", password="guess{}")),
        ),
        (("forgotten password, unknown name", forgotten("unknown{}")), ("forgotten password", forgotten("ada"))),
    ]


def _enroll(client: FlaskClient, name: str) -> None:
    """Set up a second factor."""
    token = client.post("/api/auth/login", json={"username": name, "password": PASSWORD}).json["token"]
    given = {"Authorization": f"Bearer {token}"}
    secret: str = client.post("/api/2fa/setup/initiate", headers=given).json["manualKey"]
    client.post("/api/2fa/setup/confirm", json={"token": pyotp.TOTP(secret).now()}, headers=given)


def _medians(app: Flask, *attempts: Attempt) -> list[float]:
    taken: list[list[float]] = [[] for _ in attempts]
    for number in range(ATTEMPTS):
        for place in range(len(attempts)) if number % 2 else reversed(range(len(attempts))):
            began = time.perf_counter()
            attempts[place](number)
            taken[place].append(time.perf_counter() - began)
        _forget(app)
    return [statistics.median(series) for series in taken]


def _forget(app: Flask) -> None:
    """Forget the attempts so far, so that none is refused because of others."""
    with app.app_context(), transaction() as session:
        for table in (FailedAttempt, FactorLock):
            session.execute(delete(table))

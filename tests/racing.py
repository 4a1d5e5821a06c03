"""Concurrent calls, and conditions that must hold whichever is faster."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from flask import Flask
from sqlalchemy import exists, func, select

from app.db.session import transaction
from app.domain.roles import Role, TeamRole
from app.models import Membership, Share, Team, User, Website

ROUNDS = 4
"""How often a race is repeated, so that rare faults occur."""


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Run calls at the same time, each in a thread of its own, and return their results in order."""
    gun = Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        gun.wait(timeout=10)
        return call()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(run, calls))


def statuses(answers: list[Any]) -> list[int]:
    """Return the sorted statuses, after checking that no response is a 5xx and that every error has a message."""
    for answer in answers:
        assert answer.status_code < 500, answer.json
        assert answer.status_code == 200 or answer.json["error"]["message"]
    return sorted(answer.status_code for answer in answers)


def assert_sound(app: Flask) -> None:
    """Check that there is an administrator, and that all teams and websites have owners, and all shares websites."""
    owns = exists().where(Membership.team_id == Team.id, Membership.role == TeamRole.OWNER)
    shown = exists().where(Website.id == Share.entity_id)
    with app.app_context(), transaction() as session:
        assert session.scalar(select(func.count()).where(User.role == Role.ADMIN, User.deleted_at.is_(None))) >= 1
        assert session.scalars(select(Team.name).where(~owns)).all() == []
        assert (
            session.scalars(select(Website.name).where(Website.user_id.is_(None), Website.team_id.is_(None))).all()
            == []
        )
        assert session.scalars(select(Share.slug).where(~shown)).all() == []

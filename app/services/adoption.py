"""Adopting a database that Umami made, for the operator. The statements are in ``app.db.adoption``."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import update

from app.db import migrations
from app.db.adoption import adopt as adopting
from app.db.adoption import undo as undoing
from app.db.adoption.adopt import Admin
from app.db.adoption.rules import Finding
from app.db.errors import CannotAdopt
from app.db.session import transaction
from app.domain import policy
from app.domain.actor import Actor
from app.domain.umami_releases import DEFAULT_PASSWORD
from app.models import User
from app.runtime import runtime
from app.security import password_hashing
from app.services import events
from app.services.acting import recheck

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Report:
    """What an adoption finds."""

    release: str
    """The release of Umami, such as ``3.1``."""
    findings: list[Finding]
    """The rows that break a rule of ours, and what is done about each."""
    default_passwords: list[str]
    """Administrators who still have Umami's default password."""
    has_admin: bool
    adopted: bool
    """Whether the database has been adopted before."""


def check(actor: Actor) -> Report:
    """
    Return what ``adopt`` would find and repair, without changing anything. For administrators.

    :raises CannotAdopt: the database cannot be adopted
    """
    policy.require(policy.can_administer(actor))
    found = adopting.check()
    return Report(
        found.umami.release,
        found.findings,
        [admin.username for admin in found.admins if _has_default(admin)],
        bool(found.admins),
        found.adopted,
    )


def adopt(actor: Actor, say: Say) -> None:
    """
    Adopt the database. Administrators with Umami's default password must change it at their next login.

    :param say: is told what is being done
    :raises CannotAdopt: the database cannot be adopted
    """
    policy.require(policy.can_administer(actor))
    migrations.require_own_connection()
    adopting.adopt(say)
    for admin in adopting.admins():
        if _has_default(admin):
            _require_change(actor, admin)


def _require_change(actor: Actor, admin: Admin) -> None:
    with transaction() as session:
        recheck(actor)
        due = update(User).where(User.id == admin.id, User.must_change_password.is_(False)).returning(User.id)
        # The row's time of change is Umami's, and an undo leaves it as it was.
        values = {"must_change_password": True, "updated_at": User.updated_at}
        if session.execute(due.values(values), execution_options={"synchronize_session": False}).first():
            events.record(session, events.PasswordChangeRequired(actor, admin.id, admin.username, True))


def undo(actor: Actor, say: Say) -> None:
    """
    Undo the adoption. What Frontdesk stores beyond Umami's columns is lost.

    :raises CannotAdopt: the database was not adopted
    """
    policy.require(policy.can_administer(actor))
    migrations.require_own_connection()
    undoing.undo(say)


def follow(actor: Actor, say: Say) -> None:
    """Complete rows that Umami wrote while there were no triggers, and follow its upgrades. For a server's start."""
    policy.require(policy.can_administer(actor))
    adopted = migrations.adopted()
    if adopted is None or runtime().config.database_behind_pgbouncer:
        return
    try:
        if adopting.release() != adopted.umami_release:
            adopting.adopt(say)
        else:
            adopting.complete(say)
    except CannotAdopt as error:  # such as in the middle of an upgrade of Umami, which must not keep us from serving
        say(f"Warning: {error}.")


def upgraded_to(actor: Actor) -> str | None:
    """
    Return the release that Umami was upgraded to since the last adoption; None if there was no upgrade.

    :raises CannotAdopt: Umami's part of the database cannot be recognized, such as during an upgrade
    """
    policy.require(policy.can_administer(actor))
    adopted = migrations.adopted()
    if adopted is None:
        return None
    release = adopting.release()
    return release if release != adopted.umami_release else None


def _has_default(admin: Admin) -> bool:
    return password_hashing.matches(DEFAULT_PASSWORD, admin.password_hash)

"""Fixtures that create and accept invitations, and read what is stored."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select, update

from app.db.session import transaction
from app.domain.actor import OPERATOR, Actor
from app.models import Grant, GrantedCapability, Invitation, Membership, OutboxMail, User, utcnow
from app.services.invitations import accept as acceptance
from app.services.invitations import manage
from app.services.invitations.views import InvitationView
from app.services.users import accounts
from tests.actors import VISITOR

PASSWORD = "a horse of my own"


@pytest.fixture
def invite(app: Flask) -> Callable[..., InvitationView]:
    """``invite(actor, username="ada", …)``: an invitation, with its token; by the operator by default."""

    def make(actor: Actor = OPERATOR, **values: Any) -> InvitationView:
        if "username" not in values and "email" not in values:
            values["username"] = "ada"
        with app.app_context():
            return manage.invite(actor, **values)

    return make


@pytest.fixture
def accept(app: Flask) -> Callable[[str | None], str]:
    """``accept(token)``: accept with PASSWORD, and return the username."""

    def make(token: str | None, password: str = PASSWORD) -> str:
        with app.app_context():
            return acceptance.accept(VISITOR, token or "", password)

    return make


@pytest.fixture
def expire(app: Flask) -> Callable[[UUID], None]:
    """``expire(id)``: let an invitation expire."""

    def make(invitation_id: UUID) -> None:
        with app.app_context(), transaction() as session:
            past = utcnow() - timedelta(seconds=1)
            session.execute(update(Invitation).where(Invitation.id == invitation_id).values(expires_at=past))

    return make


class Look:
    """Reads what the database holds about an account."""

    def __init__(self, app: Flask) -> None:
        self.app = app

    def user(self, user_id: UUID) -> User | None:
        with self.app.app_context(), transaction() as session:
            return session.get(User, user_id)

    def invitation(self, invitation_id: UUID) -> Invitation | None:
        with self.app.app_context(), transaction() as session:
            return session.get(Invitation, invitation_id)

    def grants(self, user_id: UUID) -> dict[UUID, str]:
        with self.app.app_context(), transaction() as session:
            rows = session.execute(select(Grant.website_id, Grant.role).where(Grant.user_id == user_id))
            return {row.website_id: row.role for row in rows}

    def capabilities(self, user_id: UUID) -> list[str]:
        with self.app.app_context(), transaction() as session:
            return list(
                session.scalars(select(GrantedCapability.capability).where(GrantedCapability.user_id == user_id))
            )

    def teams(self, user_id: UUID) -> dict[UUID, str]:
        with self.app.app_context(), transaction() as session:
            rows = session.execute(select(Membership.team_id, Membership.role).where(Membership.user_id == user_id))
            return {row.team_id: row.role for row in rows}

    def mails(self) -> list[tuple[str, str, dict[str, Any]]]:
        """Return kind, recipient and parameters of each mail in the outbox, oldest first."""
        with self.app.app_context(), transaction() as session:
            rows = session.scalars(select(OutboxMail).order_by(OutboxMail.created_at, OutboxMail.id))
            return [(mail.kind, mail.recipient, mail.parameters) for mail in rows]


@pytest.fixture
def look(app: Flask) -> Look:
    return Look(app)


@pytest.fixture
def as_operator(app: Flask) -> Callable[..., Any]:
    """``as_operator(users.update_user, id, role="user")``: call a service."""

    def call(service: Callable[..., Any], *args: Any, **values: Any) -> Any:
        with app.app_context():
            return service(OPERATOR, *args, **values)

    return call


@pytest.fixture
def demote(as_operator: Callable[..., Any]) -> Callable[[UUID], None]:
    return lambda user_id: as_operator(accounts.update_user, user_id, role="user")


@pytest.fixture
def with_mail(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Act as if a mail server were configured, so that mails are queued in the outbox."""
    monkeypatch.setattr("app.services.notifications.outbox.is_configured", lambda: True)

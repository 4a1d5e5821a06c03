"""Fixtures that grant access, and read what is stored."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from app.db.session import transaction
from app.domain.actor import OPERATOR
from app.domain.roles import SiteRole
from app.models import Grant, GrantedCapability, User, Website, WebsiteNumber
from app.services.access import grants
from tests.conftest import Person


@pytest.fixture
def grant(app: Flask) -> Callable[..., None]:
    """``grant(person, website, "view", capabilities=[…])``, as the operator; None revokes everything."""

    def give(person: Person, website: UUID, role: str | None, **others: Any) -> None:
        with app.app_context():
            grants.set_access(OPERATOR, person.id, [website], SiteRole(role) if role else None, **others)

    return give


@pytest.fixture
def stored_grants(app: Flask) -> Callable[..., Any]:
    """
    The grants in effect of a user: ``{website: (role, granted_by, {capability, …})}``. Those of deleted users and on
    deleted websites have none.
    """

    def find(person: Person | UUID) -> dict[UUID, tuple[str | None, UUID | None, set[str]]]:
        user_id = person if isinstance(person, UUID) else person.id
        found: dict[UUID, tuple[str | None, UUID | None, set[str]]] = {}
        with app.app_context(), transaction() as session:
            users = set(session.scalars(select(User.id).where(User.deleted_at.is_(None))))
            living = select(Website.id).where(Website.deleted_at.is_(None))
            if user_id not in users:
                return {}
            for row in session.scalars(select(Grant).where(Grant.user_id == user_id, Grant.website_id.in_(living))):
                found[row.website_id] = (row.role, row.granted_by if row.granted_by in users else None, set())
            theirs = GrantedCapability.user_id == user_id, GrantedCapability.website_id.in_(living)
            for extra in session.scalars(select(GrantedCapability).where(*theirs)):
                found.setdefault(extra.website_id, (None, None, set()))[2].add(extra.capability)
        return found

    return find


@pytest.fixture
def stored_number(app: Flask) -> Callable[[UUID], int | None]:
    """A website's stored number."""

    def find(website: UUID) -> int | None:
        with app.app_context(), transaction() as session:
            return session.scalar(select(WebsiteNumber.number).where(WebsiteNumber.website_id == website))

    return find
